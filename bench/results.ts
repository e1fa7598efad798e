/** What bench/results.json holds. */
export interface Results {
  readonly date: string;
  readonly machine: string;
  readonly rounds: number;
  readonly peer: string;
  readonly runtimes: readonly Runtime[];
  /** Bytes of each import, minified and compressed. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** What one engine measured. */
export interface Runtime {
  /** With its version. */
  readonly name: string;
  readonly clock: string;
  readonly cells: readonly Cell[];
  readonly growth: readonly Growth[];
}

/** One stream in chunks of one size. */
export interface Cell extends Comparison {
  readonly stream: string;
  /** Bytes. */
  readonly chunk: number;
}

/** One line of 8 MiB, in so many chunks. */
export interface Growth extends Comparison {
  readonly chunks: number;
}

export interface Comparison {
  /** Medians, in ns per event; for growth, in ns per line. */
  readonly ours: number;
  readonly theirs: number;
  /** Theirs over ours, within each round: the median, and the quarter of the rounds below and above. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}
