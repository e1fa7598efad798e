/** The handlers of an event target: the values of its attributes `onopen`, `onmessage` and so on. */
export class EventHandlers {
  readonly #target: EventTarget;
  /** By event type: the listener that represents the attribute, and the attribute's value. */
  readonly #handlers = new Map<string, EventListenerObject & { value: unknown }>();

  constructor(target: EventTarget) {
    this.#target = target;
  }

  get(type: string): unknown {
    return this.#handlers.get(type)?.value ?? null;
  }

  /**
   * HTML 8.1.8.1, "event handlers": an object takes a place in the list of listeners, and keeps it
   * when another object replaces it. Any other value frees the place.
   */
  set(type: string, value: unknown): void {
    const target = this.#target;
    const present = this.#handlers.get(type);
    if (Object(value) !== value) {
      if (present) target.removeEventListener(type, present);
      this.#handlers.delete(type);
    } else if (present) present.value = value;
    else {
      const handler = {
        value,
        handleEvent(event: Event) {
          if (typeof handler.value === 'function' && !runtimeCallsHandlers())
            handler.value.call(target, event);
        },
      };
      this.#handlers.set(type, handler);
      target.addEventListener(type, handler);
    }
  }
}

let callsHandlers: boolean | undefined;

/** Cloudflare's workerd calls `onmessage` of any `EventTarget` by itself. Once is enough. */
function runtimeCallsHandlers(): boolean {
  if (callsHandlers === undefined) {
    callsHandlers = false;
    const onopen = () => {
      callsHandlers = true;
    };
    Object.assign(new EventTarget(), { onopen }).dispatchEvent(new Event('open'));
  }
  return callsHandlers;
}
