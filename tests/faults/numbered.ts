/**
 * A stream of numbered events that both sides can compute: the same seed gives the same bytes in
 * the server and the same texts in the test.
 */

export interface NumberedEvents {
  readonly seed: number;
  /**
   * The number of the last event, counting from 1. An event `end` follows, and then events that
   * must not be delivered.
   */
  readonly total: number;
  /** How many bytes of the remaining events are sent, wherever that ends. Default: all. */
  readonly cut?: number | undefined;
  /** Whether to move the cut back to the end of an event. */
  readonly whole?: boolean | undefined;
  /** The maximum number of bytes per write. Default: all. */
  readonly slice?: number | undefined;
}

/** mulberry32: numbers from 0 to 1, always the same for a seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Picks one of a list by the next number. */
export function pick<T>(next: () => number, list: readonly T[]): T {
  const chosen = list[Math.floor(next() * list.length)];
  if (chosen === undefined) throw new Error('nothing to pick from');
  return chosen;
}

const eventSeed = (seed: number, n: number) => seed ^ Math.imul(n, 0x9e3779b1);

/** Half of the streams have non-ASCII IDs. */
export function idOf(seed: number, n: number): string {
  return seed % 2 === 0 ? String(n) : `第${n}号`;
}

/** The number in an ID, or 0 for none. */
export function numberOf(id: string): number {
  return Number(/\d+/.exec(id)?.[0] ?? 0);
}

const words = ['a', 'data: ', ':', '流', 'é', '🤔', ' ', '\u2028', '\uFEFF', '0', 'id: 9', '𝄞'];

/** The data of event `n`: its number and a text of one or more lines. */
export function dataOf(seed: number, n: number): string {
  const next = random(eventSeed(seed, n));
  const lines = Array.from({ length: 1 + Math.floor(next() * 3) }, () =>
    Array.from({ length: Math.floor(next() * 8) }, () => pick(next, words)).join(''),
  );
  return `${n} ${lines.join('\n')}`;
}

/** Event `n` in wire format. Line ends, the ID's position and comments vary between events. */
function wireOf(seed: number, n: number): string {
  const next = random(eventSeed(seed, n) + 1);
  const newline = pick(next, ['\n', '\r\n', '\r']);
  const data = dataOf(seed, n)
    .split('\n')
    .map((line) => `data: ${line}`);
  const id = `id: ${idOf(seed, n)}`;
  const fields = next() < 0.5 ? [id, ...data] : [...data, id];
  if (next() < 0.3) fields.splice(1, 0, ': a comment');
  return fields.map((field) => field + newline).join('') + newline;
}

/** A reconnection time below every minimum. The client has to know its own limit. */
const START = new TextEncoder().encode('\uFEFFretry: 1\n\n');

/** The bytes of one response, write by write, for a client that has all events up to `after`. */
export function slicesOf({ seed, total, cut, whole, slice }: NumberedEvents, after: number): Uint8Array[] {
  const texts: string[] = [];
  for (let n = after + 1; n <= total; n++) texts.push(wireOf(seed, n));
  texts.push('event: end\ndata\n\n' + 'data: nobody hears this\n\n'.repeat(3));
  const events = texts.map((text) => new TextEncoder().encode(text));
  let end = 0;
  for (const { length } of events) {
    if (whole && cut !== undefined && end + length > cut) break;
    end += length;
  }
  const bytes = Uint8Array.from([START, ...events].flatMap((part) => [...part])).subarray(
    0,
    START.length + Math.min(end, cut ?? Infinity),
  );
  const next = random(seed + after);
  const slices: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = slice === undefined ? bytes.length : 1 + Math.floor(next() * slice);
    slices.push(bytes.subarray(at, at + length));
    at += length;
  }
  return slices;
}
