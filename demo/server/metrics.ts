import { alarmAbout } from './alarm.ts';
import { take } from './armed-faults.ts';
import { eventBlock } from './event-block.ts';
import { streamEvents, type Step } from './event-stream.ts';
import type { StreamHandler } from './gate.ts';
import { lastEventId, positionAfter } from './last-event-id.ts';
import { queryMs } from './query.ts';
import { seeded } from './random-walk.ts';
import { readings, type Metrics } from './readings.ts';
import { retryField } from './retry-field.ts';

/**
 * `GET /api/metrics`: figures as unnamed events, sometimes an `alarm` or a `deploy`. Never ends. A
 * fault turns a tick into broken JSON or JSON of another shape. `?burst=` sends several ticks at
 * each interval.
 */
export function metrics(): StreamHandler {
  let connections = 0;
  return (req, res) => {
    const from = positionAfter(lastEventId(req), Number.MAX_SAFE_INTEGER);
    connections++;
    const { session } = res.locals;
    const nextDamage = () =>
      take(session, 'bad-payload') ? 'torn' : take(session, 'bad-shape') ? 'misshapen' : undefined;
    const burst = Math.min(Math.max(1, queryMs(req, 'burst', 1)), maxBurst);
    streamEvents(res, ticks(from, seeded(connections), nextDamage, burst), {
      interval: queryMs(req, 'interval', 1000),
      heartbeat: queryMs(req, 'heartbeat', 15_000),
      retry: retryField(req),
    });
  };
}

/** How a fault damages a tick. */
type Damage = 'torn' | 'misshapen' | undefined;

const maxBurst = 1000;

export function* ticks(
  from: number,
  random: () => number,
  nextDamage: () => Damage,
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
    yield { block: block(damaged(now, nextDamage())), more: more || alarm || deploy };
    if (alarm) yield { block: numbered(alarmAbout(now), 'alarm'), more: more || deploy };
    if (deploy) {
      release++;
      yield { block: numbered({ version: `2.${release}.0`, time: now.time }, 'deploy'), more };
    }
  }
}

function damaged(tick: Metrics, damage: Damage): string {
  // A release that changed a field's type.
  if (damage === 'misshapen') return JSON.stringify({ ...tick, cpu: `${tick.cpu} %` });
  const text = JSON.stringify(tick);
  // Cut in the middle, as by a proxy that truncates long lines.
  return damage === 'torn' ? text.slice(0, 40) : text;
}
