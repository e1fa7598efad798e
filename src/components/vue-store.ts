import { shallowRef, watch, type ShallowRef } from 'vue';
import type { Unsubscribe } from '../listeners.js';

/** What `useSyncExternalStore` of React subscribes to. */
interface Store<T> {
  readonly getSnapshot: () => T;
  readonly subscribe: (onChange: () => void) => Unsubscribe;
}

/** Shows a store, and makes another one when a source changes. */
export function useStore<T>(sources: (() => unknown)[], make: () => Store<T>): ShallowRef<T> {
  const shown = shallowRef() as ShallowRef<T>;
  // Several sources, not one array: Vue 3.3 would take a computed that was computed again for a change of it.
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
