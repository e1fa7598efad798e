/**
 * The content of bench/results.json. The fields up to `runtimes` belong to the parser. The others
 * can be measured without it.
 */
export interface Results {
  readonly date: string;
  readonly machine: string;
  readonly rounds: number;
  readonly peer: string;
  readonly runtimes: readonly Runtime[];
  /** From the server to the listener. */
  readonly streams?: Streams | undefined;
  /** Bytes of each import, minified and compressed. */
  readonly sizes: Readonly<Record<string, number>>;
  /** The same for other packages. */
  readonly peerSizes?: Readonly<Record<string, number>> | undefined;
}

/** The results of one engine. */
export interface Runtime {
  /** Includes the version. */
  readonly name: string;
  readonly clock: string;
  readonly cells: readonly Cell[];
  readonly growth: readonly Growth[];
  /** Compared with parsers other than the peer. */
  readonly others?: readonly Other[] | undefined;
}

/** One stream in chunks of one size. */
export interface Cell extends Comparison {
  readonly stream: string;
  /** In bytes. */
  readonly chunk: number;
  /** The least time possible, in ns per event. Not measured for other parsers. */
  readonly floor?: number | undefined;
}

/** One stream in chunks of one size, with another parser. */
export interface Other extends Cell {
  /** Includes the version. */
  readonly parser: string;
}

/** One line of 8 MiB in this many chunks. */
export interface Growth extends Comparison {
  readonly chunks: number;
  /** The time to join small chunks and decode them without looking at any byte, in ns per line. */
  readonly floor?: number | undefined;
}

export interface Comparison {
  /** Medians, in ns per event. For growth, in ns per line. */
  readonly ours: number;
  readonly theirs: number;
  /** Theirs divided by ours, within each round: the median and the quartiles below and above. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** Whole clients in pages that read from a server. */
export interface Streams {
  readonly date: string;
  readonly machine: string;
  /** The peers' versions, by package name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly engines: readonly StreamEngine[];
}

/** The results of one browser. */
export interface StreamEngine {
  /** Includes the version. */
  readonly name: string;
  /** The load average over one minute, before the start and before the end. */
  readonly load: { readonly before: number; readonly after: number };
  readonly bursts: readonly BurstCell[];
  readonly steady: readonly SteadyCell[];
  readonly heaps: readonly Heap[];
}

/** A client receives a stream as fast as it can. */
export interface BurstCell {
  readonly stream: string;
  readonly client: string;
  readonly rounds: number;
  /** Per round. */
  readonly events: number;
  /** Events per second, and the ratio to native. */
  readonly speed: Measure;
  /** CPU time of the main thread, in ns per event. */
  readonly cpu?: Measure | undefined;
}

/** A client receives a fixed number of events per second. */
export interface SteadyCell {
  readonly stream: string;
  readonly client: string;
  readonly rounds: number;
  readonly events: number;
  readonly rate: number;
  /** The time in µs from sending an event to running its listener. */
  readonly p50: Measure;
  readonly p99: Measure;
  /** CPU time of the main thread, in ns per event. */
  readonly cpu?: Measure | undefined;
}

/** What a page holds while it's connected, in bytes, after a garbage collection. */
export interface Heap {
  readonly client: string;
  /** `before` was measured after `start` events, and `after` was measured after `events` events. */
  readonly start: number;
  readonly events: number;
  readonly before: number;
  readonly after: number;
}

export interface Measure {
  /** The median. */
  readonly value: number;
  /** The ratio to native, within each round: the median and the quartiles below and above. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}
