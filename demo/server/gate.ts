import type { Request, RequestHandler, Response } from 'express';
import { armOnce, take, takeRefusal } from './armed-faults.ts';
import { faultsInQuery } from './fault.ts';
import { queryText } from './query.ts';
import { refuse, refuseUnauthorized } from './refuse.ts';
import type { Session, Sessions } from './sessions.ts';

/** What the gate passes to the handlers after it. */
export interface Admitted extends Record<string, unknown> {
  session: Session;
}

export type StreamResponse = Response<unknown, Admitted>;
export type StreamHandler = RequestHandler<
  Record<string, string>,
  unknown,
  unknown,
  Request['query'],
  Admitted
>;

/**
 * Every request for a stream passes here. It's counted, and delayed or refused if a fault says so.
 */
export function gate(sessions: Sessions): StreamHandler {
  return (req, res, next) => {
    const session = sessions.enter(queryText(req, 'session'));
    res.locals.session = session;
    res.once('close', sessions.count(session));

    const faults = queryText(req, 'fault');
    if (faults !== undefined) armOnce(session, faultsInQuery(faults));

    const delay = take(session, 'slow-open')?.ms ?? 0;
    const refusal = takeRefusal(session);
    const answer = () => {
      if (refusal !== undefined) refuse(res, refusal);
      else if (isAuthorized(req.get('Authorization'), queryText(req, 'auth'))) next();
      else refuseUnauthorized(res);
    };
    if (delay === 0) {
      answer();
      return;
    }
    const timer = setTimeout(answer, delay);
    res.once('close', () => {
      clearTimeout(timer);
    });
  };
}

/** `?auth=1` requires a token, so you can try out headers. */
function isAuthorized(authorization: string | undefined, auth: string | undefined): boolean {
  return auth !== '1' || authorization === 'Bearer demo';
}
