import type { RequestHandler } from 'express';
import { take } from './armed-faults.ts';
import { eventBlock } from './event-block.ts';
import { streamEvents, type Step } from './event-stream.ts';
import type { StreamHandler } from './gate.ts';
import { lastEventId, positionAfter } from './last-event-id.ts';
import { queryMs, queryText } from './query.ts';
import { seeded } from './random-walk.ts';
import type { Metrics } from './readings.ts';
import { retryField } from './retry-field.ts';
import { Service } from './service.ts';
import type { Session, Sessions } from './sessions.ts';

/**
 * `GET /api/metrics`: figures as unnamed events, sometimes an `alarm` or a `deploy`. Never ends. A
 * fault turns a tick into broken JSON or JSON of another shape. `?burst=` sends several ticks at
 * each interval.
 *
 * `GET /api/metrics/snapshot`: the last minute as JSON, so a dashboard isn't empty at first. The
 * stream continues from there.
 */
export function metrics(sessions: Sessions): { stream: StreamHandler; snapshot: RequestHandler } {
  const serviceOf = services();
  return {
    stream(req, res) {
      const from = positionAfter(lastEventId(req), Number.MAX_SAFE_INTEGER);
      const { session } = res.locals;
      const burst = Math.min(Math.max(1, queryMs(req, 'burst', 1)), maxBurst);
      streamEvents(res, ticks(from, serviceOf(session), damageOf(session), burst), {
        interval: queryMs(req, 'interval', 1000),
        heartbeat: queryMs(req, 'heartbeat', 15_000),
        retry: retryField(req),
      });
    },
    snapshot(req, res) {
      const session = sessions.enter(queryText(req, 'session'));
      res.set('Cache-Control', 'no-store').json(serviceOf(session).lastMinute());
    },
  };
}

/** Each session has its own service, so its figures continue when the client reconnects. */
export function services(): (session: Session) => Service {
  const known = new WeakMap<Session, Service>();
  let count = 0;
  return (session) => {
    const service = known.get(session) ?? new Service(seeded(++count));
    known.set(session, service);
    return service;
  };
}

/** How a fault damages a tick. */
type Damage = 'torn' | 'misshapen' | undefined;

/** Uses the session's faults, one at each call. */
export function damageOf(session: Session): () => Damage {
  return () => (take(session, 'bad-payload') ? 'torn' : take(session, 'bad-shape') ? 'misshapen' : undefined);
}

const maxBurst = 1000;

export function* ticks(
  from: number,
  service: Service,
  nextDamage: () => Damage,
  burst: number,
): Generator<Step> {
  let position = from;
  const block = (data: string, event?: string) =>
    eventBlock({ ...(event !== undefined && { event }), id: String(++position), data });
  const numbered = (data: unknown, event?: string) => block(JSON.stringify(data), event);

  for (let count = 1; ; count++) {
    const { tick, alarm, deploy } = service.report();
    const more = count % burst > 0;
    yield { block: block(damaged(tick, nextDamage())), more: more || Boolean(alarm ?? deploy) };
    if (alarm) yield { block: numbered(alarm, 'alarm'), more: more || deploy !== undefined };
    if (deploy) yield { block: numbered(deploy, 'deploy'), more };
  }
}

function damaged(tick: Metrics, damage: Damage): string {
  // A release that changed a field's type.
  if (damage === 'misshapen') return JSON.stringify({ ...tick, cpu: `${tick.cpu} %` });
  const text = JSON.stringify(tick);
  // Cut in the middle, as by a proxy that truncates long lines.
  return damage === 'torn' ? text.slice(0, 40) : text;
}
