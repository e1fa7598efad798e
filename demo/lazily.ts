/**
 * Returns a function that loads code the first time you call it, so that visitors who never open its
 * scene don't load it.
 *
 * @param scene - The name in `data-scenes` of what's `inert` in index.html until then, so that a fast
 * visitor doesn't submit a form that nobody listens to.
 */
export function lazily(load: () => Promise<void>, scene = ''): () => void {
  let loading: Promise<void> | undefined;
  return () => {
    loading ??= load().then(
      () => {
        const blocks = document.querySelectorAll<HTMLElement>(`[data-scenes="${scene}"]`);
        for (const block of blocks) block.inert = false;
      },
      (error: unknown) => {
        // The network may be back when the scene is opened again.
        loading = undefined;
        reportError(error);
      },
    );
  };
}
