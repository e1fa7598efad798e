import { randomWalk } from './random-walk.ts';

/** One tick of the dashboard. */
export interface Metrics {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** Requests per second. */
  readonly qps: number;
  /** Milliseconds. */
  readonly latency: { readonly p50: number; readonly p99: number };
  /** Percent. */
  readonly cpu: number;
  /** Percent. */
  readonly memory: number;
  readonly online: number;
}

/** Figures of a made-up service that wander as load does. Each call reads them once. */
export function readings(random: () => number): (time: number) => Metrics {
  const qps = randomWalk(random, 800, 5200);
  const p50 = randomWalk(random, 12, 60);
  const tail = randomWalk(random, 2.5, 14);
  const cpu = randomWalk(random, 15, 97);
  const memory = randomWalk(random, 45, 80);
  const online = randomWalk(random, 9_000, 16_000);
  return (time) => {
    const median = Math.round(p50());
    return {
      time,
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
