/** What a stream consists of, in order. */
export interface ParserHandlers {
  /** An event: its type (`'message'` if the server gave none), its data and the last event ID. */
  event(type: string, data: string, lastEventId: string): void;
  /** A block without data set the last event ID. */
  readonly id?: ((lastEventId: string) => void) | undefined;
  /** The server set the reconnection time, in ms. */
  readonly retry?: ((ms: number) => void) | undefined;
}

export interface ParserOptions {
  /**
   * The last event ID when the previous connection ended. It holds until the stream sets another.
   */
  readonly lastEventId?: string | undefined;
  /** The most characters (UTF-16 code units) of one event's data, and of any other line. */
  readonly maxEventSize?: number | undefined;
}
