/** One entry: an event, a state, an opening or an error. */
export interface Row {
  /** Counts up across all scenes. */
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Milliseconds since the previous row of the same stream. */
  readonly since: number | undefined;
  readonly scene: string;
  readonly stream: string;
  readonly kind: 'event' | 'state' | 'open' | 'error';
  /** The event type, or the stream's name for other rows. */
  readonly type: string;
  readonly id: string;
  /** On one line. */
  readonly data: string;
  readonly raw: string;
  /** The text that the event adds, if any. */
  readonly delta: string | undefined;
  /** How many deltas a merged row holds. */
  readonly merged?: number;
}

export type NewRow = Omit<Row, 'number' | 'at' | 'since' | 'merged'>;

export interface Filter {
  readonly scene: string;
  readonly kind: 'all' | 'event' | 'state' | 'error';
  /** Lower case. */
  readonly text: string;
  readonly merge: boolean;
}

/** Old rows are dropped in batches, so dropping costs next to nothing per new row. */
const maxRows = 10_000;
const batchSize = 2_000;
/** An event may be megabytes long. Nobody reads that here. */
const maxLength = 20_000;

/** All rows, and those that pass the filter. Bounded, however long the page runs. */
export class Rows {
  /** The rows that pass the filter. */
  shown: Row[] = [];
  /**
   * How many rows have left the front of `shown`. Keeps the scroll position of a reader who
   * scrolled up.
   */
  gone = 0;
  /** Rows that came while paused. */
  waiting = 0;
  #all: Row[] = [];
  #count = 0;
  #paused = false;
  readonly #latest = new Map<string, number>();
  /** The row in `shown` that holds a stream's merged text. */
  readonly #growing = new Map<string, Row & { merged: number }>();
  #filter: Filter = { scene: '', kind: 'all', text: '', merge: false };

  /** How many rows this scene has, shown or not. */
  get total(): number {
    const { scene } = this.#filter;
    let total = 0;
    for (const row of this.#all) if (row.scene === scene) total++;
    return total;
  }

  add(row: NewRow, at = Date.now()): void {
    const before = this.#latest.get(row.stream);
    this.#latest.set(row.stream, at);
    const added: Row = {
      ...row,
      data: clipped(row.data),
      raw: clipped(row.raw),
      number: this.#count++,
      at,
      since: before === undefined ? undefined : at - before,
    };
    this.#all.push(added);
    if (this.#all.length > maxRows) {
      this.#all.splice(0, batchSize);
      if (!this.#paused) this.#forget();
    }
    if (this.#paused) {
      if (added.scene === this.#filter.scene) this.waiting++;
    } else this.#accept(added);
  }

  filter(filter: Filter): void {
    this.#filter = filter;
    this.#rebuild();
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    if (!paused) this.#rebuild();
  }

  clear(): void {
    this.#all = [];
    this.#latest.clear();
    this.#rebuild();
  }

  #rebuild(): void {
    this.shown = [];
    this.gone = 0;
    this.waiting = 0;
    this.#growing.clear();
    for (const row of this.#all) this.#accept(row);
  }

  /** Drops rows from `shown` that are no longer kept. */
  #forget(): void {
    const first = this.#all[0]?.number ?? 0;
    let old = 0;
    while ((this.shown[old]?.number ?? first) < first) old++;
    this.shown.splice(0, old);
    this.gone += old;
  }

  #accept(row: Row): void {
    const { scene, kind, text, merge } = this.#filter;
    if (row.scene !== scene) return;
    if (kind !== 'all' && row.kind !== kind && !(kind === 'state' && row.kind === 'open')) return;
    if (merge) {
      if (row.delta === undefined) this.#growing.delete(row.stream);
      else if (this.#grow(row, row.delta)) return;
    }
    if (text !== '' && !`${row.type} ${row.id} ${row.data}`.toLowerCase().includes(text)) return;
    this.shown.push(row);
  }

  /**
   * Adds a delta to its stream's merged row. Merged rows skip the text filter, which would only see
   * pieces.
   */
  #grow(row: Row, delta: string): boolean {
    const growing = this.#growing.get(row.stream);
    if (growing) {
      Object.assign(growing, {
        id: row.id,
        data: clipped(growing.data + delta),
        raw: clipped(`${growing.raw}\n${row.raw}`),
        merged: growing.merged + 1,
      });
      return true;
    }
    const first = { ...row, data: delta, merged: 1 };
    this.#growing.set(row.stream, first);
    this.shown.push(first);
    return true;
  }
}

function clipped(text: string): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}…`;
}
