/** One thing that happened: an event, a state, an opening, or an error. */
export interface Row {
  /** Counts up, over all scenes. */
  readonly number: number;
  /** ms since the epoch. */
  readonly at: number;
  /** ms since the row before of the same stream. */
  readonly since: number | undefined;
  readonly scene: string;
  readonly stream: string;
  readonly kind: 'event' | 'state' | 'open' | 'error';
  /** The event type; for everything else the name of the stream. */
  readonly type: string;
  readonly id: string;
  /** In one line. */
  readonly data: string;
  readonly raw: string;
  /** What the event adds to a text, if that is what it does. */
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

/** Old rows go in one piece, so that dropping them costs next to nothing for each new one. */
const most = 10_000;
const dropped = 2_000;
/** An event may be megabytes long; nobody reads that here. */
const longest = 20_000;

/** What happened, and what of it the filter lets through. Bounded, however long the page runs. */
export class Rows {
  /** What is shown. */
  shown: Row[] = [];
  /** Rows that left the front of `shown`, for who has scrolled up. */
  gone = 0;
  /** Rows that came while paused. */
  waiting = 0;
  #all: Row[] = [];
  #count = 0;
  #paused = false;
  readonly #latest = new Map<string, number>();
  /** Where in `shown` the text of a stream grows. */
  readonly #growing = new Map<string, Row & { merged: number }>();
  #filter: Filter = { scene: '', kind: 'all', text: '', merge: false };

  /** Rows of this scene, shown or not. */
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
    if (this.#all.length > most) {
      this.#all.splice(0, dropped);
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

  /** Drops from `shown` what is no longer kept. */
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

  /** Puts a delta into the row of its text. A filter by text would see pieces only, so it is left out here. */
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
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
