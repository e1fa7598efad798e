import { CHECKED } from '../checked.js';
import type { FetchOptions, OnePayload, UrlSource } from '../connection/request-options.js';
import type { AsValue, DecodeSetting } from '../decode/decode.js';
import { SseError } from '../errors.js';
import { fetchSse, type FetchSseInit } from '../fetch-sse.js';
import type { Unsubscribe } from '../listeners.js';
import type { SseMessage } from '../message.js';
import { describe, report } from '../report.js';
import { clamp } from '../stream/time-limit.js';
import type { MessageIterator } from '../stream/read-messages.js';
import type { FoldOptions, LatestOptions } from './fold-options.js';

/**
 * Where a request of `useFetchSse` stands: `'sending'` until its first event, `'streaming'` until
 * its end. Then `'done'`, `'stopped'` (by `stop`, another `send`, the `signal` or an unmount), or
 * `'failed'`.
 *
 * @example
 * ```ts
 * const isBusy = (status: RequestStatus) => status === 'sending' || status === 'streaming';
 * ```
 */
export type RequestStatus = 'idle' | 'sending' | 'streaming' | 'done' | 'stopped' | 'failed';

/**
 * A request of `useFetchSse` at one moment, or how it ended.
 *
 * @example
 * ```ts
 * const describe = ({ value, error }: RequestState<string>) => error?.message ?? value;
 * ```
 */
export interface RequestState<T> {
  readonly status: RequestStatus;
  /** What `reduce` made of the events. It stays after an end, a stop and a failure. */
  readonly value: T;
  /** Why it failed. `undefined` unless `status` is `'failed'`. */
  readonly error: SseError | undefined;
}

/**
 * What one `send` adds to the options of its hook. `json` or `body` replaces both of them, and
 * `headers` replaces `headers`.
 *
 * @example
 * ```ts
 * const init: SendInit = { json: { prompt: 'Hi' } };
 * ```
 */
export type SendInit = Pick<FetchOptions, 'json' | 'body' | 'headers'>;

/** {@link SendInit} as an argument. */
type SendArgument = OnePayload<Pick<SendInit, 'headers'>>;

/** Everything that `useFetchSse` takes, checked by its overloads. */
export type GivenRequest = FetchSseInit & DecodeSetting & (FoldOptions<unknown, unknown> | LatestOptions);

interface Given {
  readonly url: UrlSource;
  readonly options: GivenRequest;
}

/**
 * The functions of `useFetchSse`. They stay the same until the component unmounts.
 *
 * @example
 * ```ts
 * const ask = ({ send }: RequestActions<string>, prompt: string) => send({ json: { prompt } });
 * ```
 */
export interface RequestActions<T> {
  /**
   * Sends a request and stops the previous one. The promise never rejects: it resolves with how
   * this request ended.
   */
  readonly send: (init?: SendArgument) => Promise<RequestState<T>>;
  /** Stops the request and keeps the value. */
  readonly stop: () => void;
  /** Stops the request and clears value and error. */
  readonly reset: () => void;
}

/** A request that runs; a new object for each. */
interface Running {
  stream?: MessageIterator<unknown>;
}

/** One request at a time, as state: the contract of `useSyncExternalStore`. */
export class RequestStore implements RequestActions<unknown> {
  /** The URL and options of the latest render. */
  given: () => Given;
  #running: Running | undefined;
  #state: RequestState<unknown>;
  #shown: RequestState<unknown>;
  #throttled: ReturnType<typeof setTimeout> | undefined;
  #leaving: ReturnType<typeof setTimeout> | undefined;
  #onChange: (() => void) | undefined;

  constructor(given: () => Given) {
    this.given = given;
    this.#state = this.#shown = this.#begin('idle');
  }

  readonly getSnapshot = (): RequestState<unknown> => this.#shown;

  /**
   * The request is stopped one macrotask after the component left: StrictMode and hot edits bring
   * it back sooner.
   */
  readonly subscribe = (onChange: () => void): Unsubscribe => {
    clearTimeout(this.#leaving);
    this.#onChange = onChange;
    return () => {
      this.#onChange = undefined;
      this.#leaving = setTimeout(this.stop);
    };
  };

  readonly send = async (init: SendArgument = {}): Promise<RequestState<unknown>> => {
    this.stop();
    const own: Running = (this.#running = {});
    let state = this.#begin('sending');
    const set = (change: Partial<RequestState<unknown>>) => {
      state = { ...state, ...change };
      if (own === this.#running) this.#set(state);
    };
    set({});
    // In StrictMode, an effect that sends runs twice in one task. Only the second request is made.
    await Promise.resolve();
    try {
      if (own === this.#running) {
        own.stream = this.#fetch(init as SendInit);
        for await (const message of own.stream)
          set({ status: 'streaming', value: this.#fold(state.value, message) });
      }
      set({ status: 'done' });
    } catch (cause) {
      if (this.given().options.signal?.aborted) set({ status: 'stopped' });
      else set({ status: 'failed', error: toSseError(cause) });
    }
    if (own !== this.#running) return { ...state, status: 'stopped', error: undefined };
    this.#running = undefined;
    return state;
  };

  readonly stop = (): void => {
    clearTimeout(this.#leaving);
    const { stream } = this.#running ?? {};
    if (this.#running) this.#set({ ...this.#state, status: 'stopped' });
    this.#running = undefined;
    void stream?.return?.();
  };

  readonly reset = (): void => {
    this.stop();
    this.#set(this.#begin('idle'));
  };

  #begin(status: RequestStatus): RequestState<unknown> {
    return { status, value: this.given().options.initial, error: undefined };
  }

  #fetch({ json, body, headers }: SendInit): MessageIterator<unknown> {
    const { url, options } = this.given();
    const content = json === undefined && body === undefined ? {} : { json, body };
    const init = { ...options, ...content, headers: headers ?? options.headers };
    // Or fetchSse would say that it doesn't know them.
    if (CHECKED) Object.assign(init, { reduce: undefined, initial: undefined, throttle: undefined });
    return fetchSse(url, init as FetchSseInit & AsValue<unknown>);
  }

  #fold(value: unknown, message: SseMessage<unknown>): unknown {
    const { reduce } = this.given().options;
    try {
      return reduce ? reduce(value, message) : message.data;
    } catch (error) {
      report(error);
      return value;
    }
  }

  /** Shows a change at once, except for values that follow each other too fast. */
  #set(state: RequestState<unknown>): void {
    this.#state = state;
    const isMore = state.status === 'streaming' && this.#shown.status === 'streaming';
    if (isMore && this.#throttled !== undefined) return;
    clearTimeout(this.#throttled);
    this.#throttled = undefined;
    if (state.status === 'streaming') this.#throttle();
    this.#shown = state;
    this.#onChange?.();
  }

  #throttle(): void {
    this.#throttled = setTimeout(
      () => {
        this.#throttled = undefined;
        if (this.#shown !== this.#state) this.#set(this.#state);
      },
      clamp(this.given().options.throttle ?? FRAME),
    );
  }
}

/** About a frame, in ms. */
const FRAME = 16;

/** Options that can't work are `TypeError`s, and `headers` and other functions throw anything. */
function toSseError(cause: unknown): SseError {
  if (cause instanceof SseError) return cause;
  return new SseError('failed', `The request could not be sent: ${describe(cause)}`, {
    cause,
    willRetry: false,
    help: 'failed-send',
  });
}
