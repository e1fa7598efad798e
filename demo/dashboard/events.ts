import { array, number, object, optional, picklist, string, type InferOutput } from 'valibot';

/** The events of `GET /api/metrics`. Every event is checked. */
export const Tick = object({
  time: number(),
  qps: number(),
  latency: object({ p50: number(), p99: number() }),
  cpu: number(),
  memory: number(),
  online: number(),
});
export const Alarm = object({
  level: picklist(['info', 'warn', 'error']),
  text: string(),
  textZh: string(),
  time: number(),
});
export const Deploy = object({ version: string(), time: number() });

/** `GET /api/metrics/snapshot`: what the stream would have sent in the last minute. */
export const Snapshot = array(object({ tick: Tick, alarm: optional(Alarm), deploy: optional(Deploy) }));

export type Tick = InferOutput<typeof Tick>;
export type Alarm = InferOutput<typeof Alarm>;
export type Deploy = InferOutput<typeof Deploy>;
