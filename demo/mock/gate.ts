import type { MockExchange } from 'ssekit/testing';
import { take, takeRefusal } from '../server/armed-faults.ts';
import type { Fault } from '../server/fault.ts';
import type { Session } from '../server/sessions.ts';

/**
 * Whether a request gets its stream. If not, this has refused it, as demo/server/refuse.ts does.
 */
export async function admitted(exchange: MockExchange, session: Session, auth: boolean): Promise<boolean> {
  session.requests++;
  const delay = take(session, 'slow-open')?.ms ?? 0;
  if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
  const refusal = takeRefusal(session);
  if (refusal) refuse(exchange, refusal);
  else if (auth && exchange.request.headers.get('Authorization') !== 'Bearer demo') {
    exchange.open({ status: 401 });
    exchange.end();
  } else return true;
  return false;
}

const statuses: Readonly<Partial<Record<Fault['kind'], number>>> = {
  unavailable: 503,
  unauthorized: 401,
  'not-found': 404,
  'no-content': 204,
};

function refuse(exchange: MockExchange, { kind, retryAfter }: Fault): void {
  const status = statuses[kind];
  if (kind === 'content-type') {
    exchange.open({ headers: { 'Content-Type': 'text/html' } });
    exchange.end();
  } else if (status === undefined) exchange.cut();
  else {
    exchange.open({ status, headers: retryAfter === undefined ? {} : { 'Retry-After': retryAfter } });
    if (status !== 204) exchange.end();
  }
}
