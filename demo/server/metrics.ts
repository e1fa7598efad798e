import { alarmAbout } from './alarm.ts';
import { take } from './armed-faults.ts';
import { eventBlock } from './event-block.ts';
import { streamEvents, type Step } from './event-stream.ts';
import type { StreamHandler } from './gate.ts';
import { lastEventId, positionAfter } from './last-event-id.ts';
import { queryMs } from './query.ts';
import { randomWalk, seeded } from './random-walk.ts';
import { retryField } from './retry-field.ts';

/** One tick of the dashboard. */
export interface Metrics {
  /** ms since the epoch. */
  readonly time: number;
  /** Requests per second. */
  readonly qps: number;
  /** ms. */
  readonly latency: { readonly p50: number; readonly p99: number };
  /** Percent. */
  readonly cpu: number;
  /** Percent. */
  readonly memory: number;
  readonly online: number;
}

/** `GET /api/metrics`: figures as unnamed events, now and then an `alarm` or a `deploy`. Never ends. A fault makes a tick broken JSON, or JSON of another shape. `?burst=` sends several ticks at each interval. */
export function metrics(): StreamHandler {
  let connections = 0;
  return (req, res) => {
    const from = positionAfter(lastEventId(req), Number.MAX_SAFE_INTEGER);
    connections++;
    const { session } = res.locals;
    const struck = () =>
      take(session, 'bad-payload') ? 'torn' : take(session, 'bad-shape') ? 'misshapen' : undefined;
    const burst = Math.min(Math.max(1, queryMs(req, 'burst', 1)), mostInBurst);
    streamEvents(res, ticks(from, seeded(connections), struck, burst), {
      interval: queryMs(req, 'interval', 1000),
      heartbeat: queryMs(req, 'heartbeat', 15_000),
      retry: retryField(req),
    });
  };
}

/** What a fault does to a tick. */
type Damage = 'torn' | 'misshapen' | undefined;

const mostInBurst = 1000;

export function* ticks(
  from: number,
  random: () => number,
  struck: () => Damage,
  burst: number,
): Generator<Step> {
  const read = readings(random);
  let position = from;
  let release = 0;
  const block = (data: string, event?: string) =>
    eventBlock({ ...(event !== undefined && { event }), id: String(++position), data });
  const numbered = (data: unknown, event?: string) => block(JSON.stringify(data), event);

  for (let count = 1; ; count++) {
    const now = read();
    const more = count % burst > 0;
    const alarm = random() < 0.08;
    const deploy = random() < 0.02;
    yield { block: block(damaged(now, struck())), more: more || alarm || deploy };
    if (alarm) yield { block: numbered(alarmAbout(now), 'alarm'), more: more || deploy };
    if (deploy) {
      release++;
      yield { block: numbered({ version: `2.${release}.0`, time: now.time }, 'deploy'), more };
    }
  }
}

function damaged(tick: Metrics, damage: Damage): string {
  // A release that renamed nothing and changed a type.
  if (damage === 'misshapen') return JSON.stringify({ ...tick, cpu: `${tick.cpu} %` });
  const text = JSON.stringify(tick);
  // In the middle, as by a proxy that cuts long lines.
  return damage === 'torn' ? text.slice(0, 40) : text;
}

function readings(random: () => number): () => Metrics {
  const qps = randomWalk(random, 800, 5200);
  const p50 = randomWalk(random, 12, 60);
  const tail = randomWalk(random, 2.5, 14);
  const cpu = randomWalk(random, 15, 97);
  const memory = randomWalk(random, 45, 80);
  const online = randomWalk(random, 9_000, 16_000);
  return () => {
    const median = Math.round(p50());
    return {
      time: Date.now(),
      qps: Math.round(qps()),
      latency: { p50: median, p99: Math.round(median * tail()) },
      cpu: oneDecimal(cpu()),
      memory: oneDecimal(memory()),
      online: Math.round(online()),
    };
  };
}

function oneDecimal(value: number): number {
  return Math.round(value * 10) / 10;
}
