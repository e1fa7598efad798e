import type { Outcome } from './simulate.ts';

/** The content of bench/storm/results.json, which docs/scaling.md and its picture show. */
export interface Results {
  readonly clients: number;
  /** The length of the simulation. */
  readonly seconds: number;
  /** Connections that the server accepts per second. */
  readonly accepts: number;
  /** One per policy. */
  readonly outcomes: readonly (Outcome & { readonly name: string })[];
}
