import { clipped, type NewRow, type Row } from './row.js';
import { FilteredRows, NO_FILTER, type Filter } from './row-filter.js';
import { Stream, type Source, type StreamKind } from './stream.js';

/** The most rows that are kept. Old ones go in batches, so that dropping costs next to nothing. */
export const MOST_ROWS = 10_000;
const BATCH = 1000;
/** The most characters in all rows together. */
const MOST_CHARACTERS = 16 * 1024 * 1024;
/** The most streams in the list. Closed ones go first. */
const MOST_STREAMS = 100;

/** Everything the panel knows. Its memory is bounded, however long the page runs. */
export class Recorder {
  /** Called after every change. The panel paints later, and not for each. */
  onChange: () => void = () => undefined;
  /** Oldest first. */
  readonly streams: Stream[] = [];
  /** How many rows have left the front of {@link Recorder.shown}, for a reader who scrolled up. */
  gone = 0;
  /** How many rows came while paused. */
  waiting = 0;
  #rows: Row[] = [];
  #characters = 0;
  #rowCount = 0;
  #streamCount = 0;
  #isPaused = false;
  readonly #latest = new Map<number, number>();
  #filter = NO_FILTER;
  #filtered = new FilteredRows(NO_FILTER);

  /** The rows that pass the filter. */
  get shown(): readonly Row[] {
    return this.#filtered.rows;
  }

  /** How many rows the filter has to choose from. */
  get total(): number {
    let total = 0;
    for (const row of this.#rows) if (this.#filtered.concerns(row)) total++;
    return total;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  get filter(): Filter {
    return this.#filter;
  }
  set filter(filter: Filter) {
    this.#filter = filter;
    this.#rebuild();
  }

  /** Adds a stream to the list. */
  stream(kind: StreamKind, method: string, source?: Source): Stream {
    const stream = new Stream(
      this.#streamCount++,
      kind,
      method,
      (stream, row, at) => {
        this.#add(stream, row, at);
      },
      source,
    );
    this.streams.push(stream);
    if (this.streams.length > MOST_STREAMS) {
      const closed = this.streams.findIndex(({ state }) => state.status === 'closed');
      this.#drop(Math.max(closed, 0));
    }
    this.onChange();
    return stream;
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (isPaused) this.onChange();
    else this.#rebuild();
  }

  /** Drops all rows, and streams that are over. */
  clear(): void {
    this.#rows = [];
    this.#characters = 0;
    this.#latest.clear();
    for (let i = this.streams.length; i-- > 0;) {
      if (this.streams[i]?.state.status === 'closed') this.#drop(i);
    }
    this.#rebuild();
  }

  #drop(index: number): void {
    const [stream] = this.streams.splice(index, 1);
    if (!stream) return;
    this.#latest.delete(stream.number);
    stream.onDrop();
  }

  #add(stream: Stream, { kind, type, data, id = '', facts }: NewRow, at: number): void {
    const before = this.#latest.get(stream.number);
    this.#latest.set(stream.number, at);
    const row: Row = {
      number: this.#rowCount++,
      stream: stream.number,
      at,
      since: before === undefined ? undefined : at - before,
      kind,
      type,
      id,
      data: clipped(data),
      size: data.length,
      facts,
    };
    this.#rows.push(row);
    this.#characters += row.data.length;
    this.#dropOldest();
    if (!this.#isPaused) this.#filtered.accept(row);
    else if (this.#filtered.concerns(row)) this.waiting++;
    this.onChange();
  }

  #dropOldest(): void {
    let count = this.#rows.length > MOST_ROWS ? BATCH : 0;
    let characters = this.#characters;
    for (let i = 0; i < count || characters > MOST_CHARACTERS; i++) {
      characters -= this.#rows[i]?.data.length ?? 0;
      count = Math.max(count, i + 1);
    }
    if (count === 0) return;
    this.#characters = characters;
    this.#rows.splice(0, count);
    // A reader who has paused keeps what they're reading.
    if (!this.#isPaused) this.gone += this.#filtered.forget(this.#rows[0]?.number ?? 0);
  }

  #rebuild(): void {
    this.#filtered = new FilteredRows(this.#filter, this.#rows);
    this.gone = 0;
    this.waiting = 0;
    this.onChange();
  }
}
