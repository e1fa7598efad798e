import type { OpenInfo } from '../connection/transport.js';
import type { SseError } from '../errors.js';
import type { CommonOptions } from '../options.js';

/**
 * Where the stream of a component is. Not a function: another URL is another connection. Without a URL there's no connection.
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
 * const options: ComponentOptions = { key: 'user42', onError: (error) => console.warn(error.code) };
 * ```
 */
export interface ComponentOptions {
  /**
   * Replaces functions, schemas, `signal` and `storage` when connections are compared: components that give the same URL, plain options and
   * `key` share one connection, even with inline functions. The functions of the component that has held it for longest are called. Put
   * what makes the functions differ into the key, such as the user. Default: none.
   */
  readonly key?: string | number | undefined;
  /** Called when the stream opens, or opens again. The latest one is called; it may be inline. */
  readonly onOpen?: ((info: OpenInfo) => void) | undefined;
  /** Called with every error, also with an `overflow` when a hidden component missed events. The latest one is called; it may be inline. */
  readonly onError?: ((error: SseError) => void) | undefined;
}

/** What a component gives, whatever its events are. */
export type GivenOptions = CommonOptions & ComponentOptions;
