import { number, object, picklist, string, type InferOutput } from 'valibot';

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

export type Tick = InferOutput<typeof Tick>;
export type Alarm = InferOutput<typeof Alarm>;
export type Deploy = InferOutput<typeof Deploy>;
