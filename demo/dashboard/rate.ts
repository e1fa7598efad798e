import { create, element } from '../element.ts';
import { say, texts } from '../language.ts';
import { write } from '../element.ts';

export interface Rate {
  /** Milliseconds between two ticks, or two bursts of ticks. */
  readonly interval: number;
  readonly burst: number;
}

const rates: readonly Rate[] = [
  { interval: 1000, burst: 1 },
  { interval: 100, burst: 1 },
  { interval: 10, burst: 1 },
  { interval: 10, burst: 20 },
];

/**
 * Sets how many ticks per second the server sends. The interval from the page's URL is among the
 * choices.
 */
export function rateSelect(interval: number, changed: () => void): () => Rate {
  const select = element('rate', HTMLSelectElement);
  const known = rates.some((rate) => rate.burst === 1 && rate.interval === interval);
  const all = known ? rates : [{ interval, burst: 1 }, ...rates];
  for (const { interval, burst } of all) {
    const option = create('option', '');
    const count = (1000 / Math.max(1, interval)) * burst;
    say(option, (t) => t.perSecond(count.toLocaleString('en', { maximumSignificantDigits: 3 })));
    select.add(option);
  }
  select.selectedIndex = all.findIndex((rate) => rate.burst === 1 && rate.interval === interval);
  select.addEventListener('change', changed);
  return () => all[select.selectedIndex] ?? { interval, burst: 1 };
}

/** Shows how many ticks arrived in the last second and how long its slowest frame took. */
export class Meter {
  readonly #output = element('rates', HTMLElement);
  #ticks = 0;
  #slowest = 0;
  #frame: number | undefined;
  #since = performance.now();

  tick(): void {
    this.#ticks++;
  }

  /**
   * @param now - The time of the frame, or `undefined` when the scene isn't visible, so no frame
   * counts as slow.
   */
  frame(now: number | undefined): void {
    if (now !== undefined && this.#frame !== undefined)
      this.#slowest = Math.max(this.#slowest, now - this.#frame);
    this.#frame = now;
    const passed = performance.now() - this.#since;
    if (passed < 1000) return;
    const perSecond = Math.round((this.#ticks / passed) * 1000).toLocaleString('en');
    write(this.#output, texts().rates(perSecond, this.#slowest.toFixed(0)));
    this.#ticks = 0;
    this.#slowest = 0;
    this.#since = performance.now();
  }
}
