/** Numbers in [0, 1) that look random and are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A figure that wanders and drifts back to the middle of its range, as load does. */
export function randomWalk(random: () => number, low: number, high: number): () => number {
  const middle = (low + high) / 2;
  const range = high - low;
  let value = middle;
  return () => {
    value += (middle - value) * 0.05 + (random() - 0.5) * range * 0.15;
    value = Math.min(high, Math.max(low, value));
    return value;
  };
}
