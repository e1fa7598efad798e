/**
 * Types of the web that some places don't declare. Node and React Native have no type `HeadersInit`
 * or `BodyInit`, and React Native has no `EventSource`. A name that isn't declared is an error in
 * our declarations; with `skipLibCheck`, it silently becomes `any`, which accepts everything.
 */

/** The type behind a global class, or the fallback where that class isn't declared. */
type Instance<Name extends string, Fallback> =
  typeof globalThis extends Readonly<Record<Name, { readonly prototype: infer T }>> ? T : Fallback;

/** What `new Headers()` takes. */
export type HeadersArgument = NonNullable<ConstructorParameters<typeof Headers>[0]>;

/** What `fetch` takes as a body, besides nothing. */
export type BodyArgument = NonNullable<RequestInit['body']>;

/** A `MessageEvent`, as far as event sources use it. */
interface TextEvent extends Event {
  readonly data: unknown;
  readonly lastEventId: string;
  readonly origin: string;
}

/** An `EventSource` without its constants and without the members of `EventTarget`. */
interface Source {
  readonly url: string;
  readonly withCredentials: boolean;
  readonly readyState: number;
  onopen: ((event: Event) => unknown) | null;
  onmessage: ((event: GlobalMessageEvent) => unknown) | null;
  onerror: ((event: Event) => unknown) | null;
  addEventListener(type: string, listener: (event: GlobalMessageEvent) => unknown, options?: unknown): void;
  removeEventListener(
    type: string,
    listener: (event: GlobalMessageEvent) => unknown,
    options?: unknown,
  ): void;
  dispatchEvent(event: Event): boolean;
  close(): void;
}

export type GlobalMessageEvent = Instance<'MessageEvent', TextEvent>;

export type GlobalEventSource = Instance<'EventSource', Source>;
