import { alarmAbout, type Alarm } from './alarm.ts';
import { readings, type Metrics } from './readings.ts';

/** What the service reports at one moment. */
export interface Report {
  readonly tick: Metrics;
  readonly alarm: Alarm | undefined;
  readonly deploy: { readonly version: string; readonly time: number } | undefined;
}

/** In ms. However many ticks a stream sends, nobody deploys twice in this time. */
const betweenAlarms = 2_000;
const betweenDeploys = 30_000;

/** How far back the snapshot goes, and how far apart its ticks are, in ms. */
const past = 60_000;
const step = 1_000;

/** A made-up service. Its figures continue from one call to the next. */
export class Service {
  readonly #random: () => number;
  readonly #read: (time: number) => Metrics;
  #alarmedAt = -Infinity;
  #deployedAt = -Infinity;
  #release = 0;

  constructor(random: () => number) {
    this.#random = random;
    this.#read = readings(random);
  }

  report(time = Date.now()): Report {
    const tick = this.#read(time);
    const alarms = this.#random() < 0.08 && time - this.#alarmedAt >= betweenAlarms;
    const deploys = this.#random() < 0.02 && time - this.#deployedAt >= betweenDeploys;
    if (alarms) this.#alarmedAt = time;
    if (deploys) {
      this.#deployedAt = time;
      this.#release++;
    }
    return {
      tick,
      alarm: alarms ? alarmAbout(tick) : undefined,
      deploy: deploys ? { version: `2.${this.#release}.0`, time } : undefined,
    };
  }

  /** The minute until now, oldest first. */
  lastMinute(now = Date.now()): Report[] {
    return Array.from({ length: past / step }, (_, i) => this.report(now - past + (i + 1) * step));
  }
}
