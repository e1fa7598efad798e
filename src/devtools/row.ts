/** What a row is about. */
export type RowKind = 'event' | 'state' | 'request' | 'error';

/** One line of the log. */
export interface Row {
  /** Counts up over all streams. */
  readonly number: number;
  /** Of the stream it belongs to. */
  readonly stream: number;
  /** In ms since the epoch. */
  readonly at: number;
  /** In ms since the row of this stream before. */
  readonly since: number | undefined;
  readonly kind: RowKind;
  /** The event type; for other rows, a word for what happened. */
  readonly type: string;
  /** The last event ID, for events that have one. */
  readonly id: string;
  /** The data as the server sent it, or a sentence. It stays text until somebody looks. */
  readonly data: string;
  /** How many characters the data had before it was cut. */
  readonly size: number;
  /** What else is known, for the details: names and values, as text. */
  readonly facts?: Readonly<Record<string, string>> | undefined;
  /** How many events a merged row holds. */
  readonly merged?: number;
}

/** What a stream says about a new row. */
export type NewRow = Pick<Row, 'kind' | 'type' | 'data'> & Partial<Pick<Row, 'id' | 'facts'>>;

/** An event may have megabytes. Nobody reads that here. */
export const LONGEST_TEXT = 20_000;

/** The text, cut if it's too long to keep. */
export function clipped(text: string): string {
  if (text.length <= LONGEST_TEXT) return text;
  // Built anew, because a slice would keep the whole text in memory.
  return `${Array.from(text.slice(0, LONGEST_TEXT)).join('')}…`;
}
