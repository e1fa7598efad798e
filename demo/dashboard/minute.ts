import type { Tick } from './events.ts';

/** Milliseconds per point of the charts. Anything narrower than a pixel needn't be drawn. */
const width = 100;
const length = 600;

const figures = {
  qps: (tick: Tick) => tick.qps,
  p50: (tick: Tick) => tick.latency.p50,
  p99: (tick: Tick) => tick.latency.p99,
  online: (tick: Tick) => tick.online,
};
export type Figure = keyof typeof figures;
const names: readonly Figure[] = ['qps', 'p50', 'p99', 'online'];

/**
 * The last minute in points of 100 ms, however many ticks arrive. Each column is a ring written
 * twice, half its length apart, so a chart's data is always one contiguous piece and nothing is
 * copied.
 */
export class Minute {
  #count = 0;
  #open = -1;
  /** Ticks in the current point. */
  #ticks = 0;
  readonly #times = new Float64Array(2 * length);
  readonly #columns: Readonly<Record<Figure, Float64Array>> = {
    qps: new Float64Array(2 * length),
    p50: new Float64Array(2 * length),
    p99: new Float64Array(2 * length),
    online: new Float64Array(2 * length),
  };

  /** @param at - Milliseconds since the epoch. */
  add(tick: Tick, at: number): void {
    const point = Math.floor(at / width);
    if (point !== this.#open) {
      this.#open = point;
      this.#ticks = 0;
      this.#count++;
      this.#put(this.#times, (point * width) / 1000);
    }
    this.#ticks++;
    for (const name of names) {
      const column = this.#columns[name];
      const before = column[(this.#count - 1) % length] ?? 0;
      // The mean of the ticks so far.
      const value =
        this.#ticks === 1 ? figures[name](tick) : before + (figures[name](tick) - before) / this.#ticks;
      this.#put(column, value);
    }
  }

  /** Seconds since the epoch, oldest first. */
  times(newest = length): Float64Array {
    return this.#piece(this.#times, newest);
  }

  figures(name: Figure, newest = length): Float64Array {
    return this.#piece(this.#columns[name], newest);
  }

  #put(column: Float64Array, value: number): void {
    const at = (this.#count - 1) % length;
    column[at] = value;
    column[at + length] = value;
  }

  #piece(column: Float64Array, newest: number): Float64Array {
    const size = Math.min(this.#count, newest, length);
    const end = this.#count <= length ? this.#count : (this.#count % length) + length;
    return column.subarray(end - size, end);
  }
}
