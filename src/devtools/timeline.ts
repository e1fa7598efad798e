import { SECONDS, type Second } from './activity.js';
import { create, write } from './element.js';
import { figures } from './format.js';
import type { Language } from './language.js';
import type { Stream } from './stream.js';

/** In s: what the picture shows of a young stream, and of any other. */
const WINDOWS = [60, SECONDS] as const;
const LABELS = 5;

/** In px, as in the style sheet. */
const HEIGHT = 36;
const BAND = 5;
const MARK = 9;

/** Five minutes of one stream: its states as a band, its events as bars, errors and requests as marks. */
export class Timeline {
  readonly node = create('figure', 'timeline');
  readonly #canvas = create('canvas');
  readonly #language: Language;
  readonly #peak = create('span', 'peak');
  readonly #labels: (() => void)[] = [];
  #window: number = WINDOWS[0];

  constructor(language: Language) {
    this.#language = language;
    this.#canvas.role = 'img';
    const scale = create('figcaption', 'scale');
    scale.ariaHidden = 'true';
    for (let i = LABELS; i >= 0; i--) {
      const label = create('span');
      this.#labels.push(() => {
        const { words } = language;
        write(label, i === 0 ? words.now : words.ago((this.#window * i) / LABELS));
      });
      scale.append(label);
    }
    this.#peak.ariaHidden = 'true';
    this.node.append(this.#peak, this.#canvas, scale);
  }

  paint(stream: Stream | undefined): void {
    this.node.hidden = stream === undefined;
    const context = this.#canvas.getContext('2d');
    const width = this.#canvas.clientWidth;
    if (!stream || !context || width === 0) return;
    const ratio = devicePixelRatio;
    const [columns, rows] = [Math.round(width * ratio), Math.round(HEIGHT * ratio)];
    if (this.#canvas.width !== columns || this.#canvas.height !== rows)
      Object.assign(this.#canvas, { width: columns, height: rows });
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, HEIGHT);
    const { seconds } = stream.activity;
    const now = Date.now() / 1000;
    const isYoung = now - (seconds[0]?.at ?? now) < WINDOWS[0];
    this.#window = isYoung ? WINDOWS[0] : WINDOWS[1];
    for (const label of this.#labels) label();
    const x = (at: number) => ((at - now + this.#window) / this.#window) * width;
    const colours = new Map<string, string>();
    const colour = (name: string) => {
      const known = colours.get(name);
      if (known) return known;
      // A canvas doesn't know `light-dark()`, but the colour of an element is resolved.
      this.#canvas.style.color = `var(--${name})`;
      const { color } = getComputedStyle(this.#canvas);
      colours.set(name, color);
      return color;
    };
    const peak = Math.max(1, ...seconds.map(({ events }) => events));

    bands(context, seconds, stream, x, width, colour);
    const barWidth = Math.max(1, (width / this.#window) * 0.8);
    context.fillStyle = colour('bar');
    for (const { at, events } of seconds) {
      if (events === 0) continue;
      const height = Math.max(2, (events / peak) * (HEIGHT - BAND - MARK - 3));
      context.fillRect(x(at), HEIGHT - BAND - 2 - height, barWidth, height);
    }
    for (const { at, requests, errors } of seconds) {
      if (requests > 0) mark(context, x(at), colour('line-strong'), false);
      if (errors > 0) mark(context, x(at), colour('failed'), true);
    }
    const total = seconds.reduce((sum, { events }) => sum + events, 0);
    const failures = seconds.reduce((sum, { errors }) => sum + errors, 0);
    this.#canvas.ariaLabel = this.#language.words.timeline(figures(total), failures);
    write(this.#peak, total > 0 ? `${figures(peak)}/s` : '');
  }
}

/** The state of every second, from the second in which it changed to the next. */
function bands(
  context: CanvasRenderingContext2D,
  seconds: readonly Second[],
  stream: Stream,
  x: (at: number) => number,
  width: number,
  colour: (name: string) => string,
): void {
  for (const [i, { at, status }] of seconds.entries()) {
    const from = x(at);
    const end = seconds[i + 1]?.at;
    const to = end === undefined ? width : x(end);
    const isFailed = status === 'closed' && end === undefined && stream.state.error !== undefined;
    context.fillStyle = colour(isFailed ? 'failed' : status === 'connecting' ? 'reconnecting' : status);
    if (to > 0) context.fillRect(from, HEIGHT - BAND, Math.max(1, to - from + 0.5), BAND);
  }
}

function mark(context: CanvasRenderingContext2D, x: number, colour: string, isError: boolean): void {
  context.fillStyle = colour;
  context.beginPath();
  if (isError) {
    context.moveTo(x - 4, 1);
    context.lineTo(x + 4, 1);
    context.lineTo(x, MARK - 1);
  } else context.arc(x, MARK / 2, 2, 0, 2 * Math.PI);
  context.fill();
}
