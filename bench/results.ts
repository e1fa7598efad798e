/** What bench/results.json holds. What comes first, up to `runtimes`, is of the parser; the other parts can be measured without it. */
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
  /** The same of other packages. */
  readonly peerSizes?: Readonly<Record<string, number>> | undefined;
}

/** What one engine measured. */
export interface Runtime {
  /** With its version. */
  readonly name: string;
  readonly clock: string;
  readonly cells: readonly Cell[];
  readonly growth: readonly Growth[];
  /** Against other parsers than the peer. */
  readonly others?: readonly Other[] | undefined;
}

/** One stream in chunks of one size. */
export interface Cell extends Comparison {
  readonly stream: string;
  /** Bytes. */
  readonly chunk: number;
  /** The least it can take, in ns an event; not measured for other parsers. */
  readonly floor?: number | undefined;
}

/** A cell of another parser. */
export interface Other extends Cell {
  /** With its version. */
  readonly parser: string;
}

/** One line of 8 MiB, in so many chunks. */
export interface Growth extends Comparison {
  readonly chunks: number;
  /** What it takes to copy small chunks together and to decode them, with no byte looked at, in ns per line. */
  readonly floor?: number | undefined;
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

/** Whole clients, in pages that read from a server. */
export interface Streams {
  readonly date: string;
  readonly machine: string;
  /** Of peers, by package. */
  readonly versions: Readonly<Record<string, string>>;
  readonly engines: readonly StreamEngine[];
}

/** What one browser measured. */
export interface StreamEngine {
  /** With its version. */
  readonly name: string;
  /** How many processes wanted a core, in the minute before the beginning and in the one before the end. */
  readonly load: { readonly before: number; readonly after: number };
  readonly bursts: readonly BurstCell[];
  readonly steady: readonly SteadyCell[];
  readonly heaps: readonly Heap[];
}

/** A client takes a stream as fast as it can. */
export interface BurstCell {
  readonly stream: string;
  readonly client: string;
  readonly rounds: number;
  /** Of one round. */
  readonly events: number;
  /** Events a second; over those of native. */
  readonly speed: Measure;
  /** Of the main thread, in ns an event. */
  readonly cpu?: Measure | undefined;
}

/** A client takes so many events a second. */
export interface SteadyCell {
  readonly stream: string;
  readonly client: string;
  readonly rounds: number;
  readonly events: number;
  readonly rate: number;
  /** From where an event was sent to where its listener runs, in µs. */
  readonly p50: Measure;
  readonly p99: Measure;
  /** Of the main thread, in ns an event. */
  readonly cpu?: Measure | undefined;
}

/** What a page holds once garbage is collected, in bytes, while it is connected. */
export interface Heap {
  readonly client: string;
  /** Events of the connection before which `before`, and of the one before which `after` was taken. */
  readonly start: number;
  readonly events: number;
  readonly before: number;
  readonly after: number;
}

export interface Measure {
  /** The median. */
  readonly value: number;
  /** Over that of native, within each round: the median, and the quarter of the rounds below and above. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}
