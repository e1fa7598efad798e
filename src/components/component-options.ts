import type { OpenInfo } from '../connection/transport.js';
import type { SseError } from '../errors.js';
import type { CommonOptions } from '../options.js';

/**
 * The URL of a component's stream. It can't be a function: another URL is another connection.
 * Without a URL there's no connection.
 *
 * @example
 * ```ts
 * const url: ComponentUrl = token ? '/api/prices' : null; // nothing before the login
 * ```
 */
export type ComponentUrl = string | URL | null | undefined;

/**
 * What `useSse` takes besides the options of `SseClient`. All of them work on every transport.
 *
 * @example
 * ```ts
 * const options: ComponentOptions = { key: 'user42', onError: ({ code }) => console.warn(code) };
 * ```
 */
export interface ComponentOptions {
  /**
   * Replaces functions, schemas, `signal` and `storage` when connections are compared: components
   * with the same URL, plain options and `key` share one connection, even with inline functions.
   * The client calls the functions of the component that has held it for longest. Put what makes
   * the functions differ into the key, such as the user. Default: none.
   */
  readonly key?: string | number | undefined;
  /** Called when the stream opens, or opens again. It may be inline: the latest one is called. */
  readonly onOpen?: ((info: OpenInfo) => void) | undefined;
  /**
   * Called with every error, including an `overflow` when a hidden component missed events. It may
   * be inline: the latest one is called.
   */
  readonly onError?: ((error: SseError) => void) | undefined;
}

/** The options of a component, whatever its events are. */
export type GivenOptions = CommonOptions & ComponentOptions;
