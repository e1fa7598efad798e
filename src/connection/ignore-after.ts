/**
 * Wraps callbacks so that calls are ignored once `isOver` says so: whoever still makes them was
 * replaced, or stopped.
 */
export function ignoreAfter(isOver: () => boolean) {
  return <A extends unknown[]>(callback: (...args: A) => void) =>
    (...args: A): void => {
      if (!isOver()) callback(...args);
    };
}
