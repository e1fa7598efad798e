import { shallowRef, watch, type ShallowRef } from 'vue';
import type { Unsubscribe } from '../listeners.js';

/** What React's `useSyncExternalStore` subscribes to. */
interface Store<T> {
  readonly getSnapshot: () => T;
  readonly subscribe: (onChange: () => void) => Unsubscribe;
}

/** Shows a store. When a source changes, `make` returns the next one. */
export function useStore<T>(sources: (() => unknown)[], make: () => Store<T>): ShallowRef<T> {
  const shown = shallowRef() as ShallowRef<T>;
  // Several sources instead of one that returns an array: in Vue 3.3, a computed that ran again
  // would count as a change.
  watch(
    sources,
    (_now, _before, onCleanup) => {
      const store = make();
      const show = () => {
        shown.value = store.getSnapshot();
      };
      show();
      onCleanup(store.subscribe(show));
    },
    { immediate: true, flush: 'sync' },
  );
  return shown;
}
