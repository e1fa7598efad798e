/** The page's only animation-frame loop. It runs only while something is queued. */
const queued = new Set<() => void>();
let frame: number | undefined;

/**
 * Returns a function that calls `paint` in the next frame, once, however often you call it before.
 */
export function onFrame(paint: () => void): () => void {
  return () => {
    queued.add(paint);
    frame ??= requestAnimationFrame(run);
  };
}

function run(): void {
  frame = undefined;
  const now = [...queued];
  queued.clear();
  for (const paint of now) paint();
}
