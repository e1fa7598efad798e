import { create } from './element.js';
import type { Language } from './language.js';
import type { Preferences } from './preferences.js';

/** In px. */
const LEAST = { bottom: 180, right: 300 };
const STEP = 32;

/** The edge of the panel that resizes it, by pointer and by arrow keys. */
export class Dock {
  readonly grip = create('div', 'grip');
  readonly #panel: HTMLElement;
  readonly #preferences: Preferences;
  readonly #changed: () => void;

  constructor(panel: HTMLElement, preferences: Preferences, language: Language, changed: () => void) {
    this.#panel = panel;
    this.#preferences = preferences;
    this.#changed = changed;
    const { grip } = this;
    grip.role = 'separator';
    grip.tabIndex = 0;
    language.label(grip, (words) => words.resize);
    grip.addEventListener('pointerdown', (event) => {
      event.preventDefault();
      grip.setPointerCapture(event.pointerId);
    });
    grip.addEventListener('pointermove', (event) => {
      if (!grip.hasPointerCapture(event.pointerId)) return;
      this.#resize(this.#isBelow ? innerHeight - event.clientY : innerWidth - event.clientX);
    });
    grip.addEventListener('lostpointercapture', changed);
    grip.addEventListener('keydown', (event) => {
      const { dock } = this.#preferences;
      const steps: Readonly<Record<string, number>> = this.#isBelow
        ? { ArrowUp: STEP, ArrowDown: -STEP }
        : { ArrowLeft: STEP, ArrowRight: -STEP };
      const step = steps[event.key];
      if (step === undefined) return;
      event.preventDefault();
      this.#resize(this.#preferences[dock] + step);
      changed();
    });
    this.show();
  }

  toggle(): void {
    this.#preferences.dock = this.#isBelow ? 'right' : 'bottom';
    this.show();
    this.#changed();
  }

  /** Applies the preferences; also when the window has become smaller. */
  show(): void {
    const { dock } = this.#preferences;
    this.#panel.dataset.dock = dock;
    const most = this.#most;
    const size = Math.max(LEAST[dock], Math.min(this.#preferences[dock], most));
    this.#panel.style.setProperty('--size', `${size}px`);
    const { grip } = this;
    grip.ariaOrientation = this.#isBelow ? 'horizontal' : 'vertical';
    grip.ariaValueMin = String(LEAST[dock]);
    grip.ariaValueMax = String(Math.max(most, LEAST[dock]));
    grip.ariaValueNow = String(Math.round(size));
  }

  get #isBelow(): boolean {
    return this.#preferences.dock === 'bottom';
  }

  get #most(): number {
    return (this.#isBelow ? innerHeight : innerWidth) - 48;
  }

  #resize(size: number): void {
    const { dock } = this.#preferences;
    this.#preferences[dock] = Math.max(LEAST[dock], Math.min(size, this.#most));
    this.show();
  }
}
