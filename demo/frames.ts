/** The one animation-frame loop of the page. It runs only while something is due. */
const due = new Set<() => void>();
let frame: number | undefined;

/** Makes a function that asks for `paint` in the next frame, however often it is called until then. */
export function onFrame(paint: () => void): () => void {
  return () => {
    due.add(paint);
    frame ??= requestAnimationFrame(run);
  };
}

function run(): void {
  frame = undefined;
  const now = [...due];
  due.clear();
  for (const paint of now) paint();
}
