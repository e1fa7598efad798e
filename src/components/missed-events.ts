import type { SseClient } from '../client.js';
import type { Unsubscribe } from '../listeners.js';
import type { SseMessage } from '../message.js';

/** The most that's kept for one hidden component. */
const MOST_EVENTS = 1000;
const MOST_CHARACTERS = 2 ** 20;

interface Missed {
  /** `undefined` once there were too many. */
  events: SseMessage[] | undefined;
}

/**
 * Keeps the events of a type for a component that may come back: React's `Activity` runs the same
 * cleanup as an unmount. If the component never comes back, the garbage collector frees them.
 *
 * @returns Call it when the component is back: the events it missed, or `undefined` if there were
 * too many.
 */
export function recordMissed(client: SseClient, type: string): () => readonly SseMessage[] | undefined {
  const missed: Missed = { events: [] };
  const stop = keep(client, type, new WeakRef(missed));
  return () => {
    stop();
    return missed.events;
  };
}

/**
 * A separate function, because closures of one scope hold each other's variables: the client would
 * keep the events alive.
 */
function keep(client: SseClient, type: string, weak: WeakRef<Missed>): Unsubscribe {
  let characters = 0;
  const stop = client.on(type, (event) => {
    const missed = weak.deref();
    characters += event.raw.length;
    if (missed?.events && missed.events.push(event) <= MOST_EVENTS && characters <= MOST_CHARACTERS) return;
    if (missed) missed.events = undefined;
    stop();
  });
  return stop;
}
