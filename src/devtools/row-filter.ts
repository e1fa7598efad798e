import { deltaOf } from './delta.js';
import { clipped, type Row } from './row.js';

/** Which rows are shown. */
export interface Filter {
  /** The stream; `undefined` for all of them. */
  readonly stream: number | undefined;
  /** `connection` is states and requests. */
  readonly kind: 'all' | 'event' | 'connection' | 'error';
  /** What type, ID or data must contain, in any case. */
  readonly text: string;
  /** Shows the pieces of a text as one row. */
  readonly merge: boolean;
}

/** Shows everything. */
export const NO_FILTER: Filter = { stream: undefined, kind: 'all', text: '', merge: false };

/** The rows that pass a filter, in the order they came. */
export class FilteredRows {
  readonly rows: Row[] = [];
  readonly #filter: Filter;
  readonly #text: string;
  /** By stream: the row that grows with each piece of its text. */
  readonly #growing = new Map<number, Row & { merged: number }>();

  constructor(filter: Filter, all: Iterable<Row> = []) {
    this.#filter = filter;
    this.#text = filter.text.trim().toLowerCase();
    for (const row of all) this.accept(row);
  }

  /** Whether this row is of the stream that's shown, whatever else the filter says. */
  concerns(row: Row): boolean {
    const { stream } = this.#filter;
    return stream === undefined || row.stream === stream;
  }

  accept(row: Row): void {
    const { kind, merge } = this.#filter;
    if (!this.concerns(row)) return;
    if (kind === 'connection' ? !/state|request/.test(row.kind) : kind !== 'all' && row.kind !== kind) return;
    if (merge) {
      const delta = row.kind === 'event' ? deltaOf(row.data) : undefined;
      if (delta === undefined) this.#growing.delete(row.stream);
      else {
        this.#grow(row, delta);
        return;
      }
    }
    if (this.#text && !`${row.type} ${row.id} ${row.data}`.toLowerCase().includes(this.#text)) return;
    this.rows.push(row);
  }

  /**
   * Drops the rows that came before this number.
   *
   * @returns How many.
   */
  forget(before: number): number {
    let old = 0;
    while ((this.rows[old]?.number ?? before) < before) old++;
    this.rows.splice(0, old);
    return old;
  }

  /** The text filter would only see pieces, so it doesn't apply to merged rows. */
  #grow(row: Row, delta: string): void {
    const growing = this.#growing.get(row.stream);
    // Text of another event type is another text.
    if (growing?.type !== row.type) {
      const first = { ...row, data: delta, merged: 1 };
      this.#growing.set(row.stream, first);
      this.rows.push(first);
      return;
    }
    Object.assign(growing, {
      id: row.id,
      data: clipped(growing.data + delta),
      size: growing.size + row.size,
      merged: growing.merged + 1,
    });
  }
}
