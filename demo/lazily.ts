/**
 * Returns a function that loads a scene the first time you call it, so that visitors who never open
 * it don't load it.
 */
export function lazily(load: () => Promise<void>): () => void {
  let loading: Promise<void> | undefined;
  return () => {
    loading ??= load().catch((error: unknown) => {
      // The network may be back when the scene is opened again.
      loading = undefined;
      reportError(error);
    });
  };
}
