import type { Outcome } from './simulate.ts';

/** What bench/storm/results.json holds, and docs/scaling.md and its picture show. */
export interface Results {
  readonly clients: number;
  /** How long they were looked at. */
  readonly seconds: number;
  /** What the server accepts in a second. */
  readonly accepts: number;
  /** One for each policy. */
  readonly outcomes: readonly (Outcome & { readonly name: string })[];
}
