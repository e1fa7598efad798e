import { CHECKED } from '../checked.js';
import { resolveUrl } from '../connection/url.js';
import type { ComponentUrl, GivenOptions } from './component-options.js';
import { nameUrl } from './hint.js';

/** Values by the path to them among the options, such as `.headers` or `.retry.shouldRetry`. */
export type References = Readonly<Record<string, unknown>>;

/** Says which stream a component asks for. */
export interface Identity {
  /** URL, plain options and `key`, as text. `undefined` without a URL: there's no connection. */
  readonly text: string | undefined;
  /** Whether a `key` replaces the references. */
  readonly isKeyed: boolean;
  /** What's compared by reference: functions, and everything in {@link kept}. */
  readonly references: References;
  /**
   * Those that aren't functions, and so keep their first value: a `signal`, a `storage`, schemas, a
   * `Blob`.
   */
  readonly kept: References;
}

/** Whether two components share a connection. */
export function areSame(one: Identity, other: Identity): boolean {
  return (
    one.text === other.text &&
    (one.isKeyed ||
      Object.keys(one.references).every((path) => one.references[path] === other.references[path]))
  );
}

/**
 * Never looks at a function's name or text: minifiers change both, and two functions with the same
 * text may hold different tokens.
 *
 * @throws TypeError for a URL that can't be resolved.
 */
export function identify(url: ComponentUrl, options: GivenOptions): Identity {
  const references: Record<string, unknown> = {};
  const kept: Record<string, unknown> = {};
  const describe = (value: object, path: string): unknown => {
    // Headers, query parameters, forms and bytes. An iterator can be read only once, so it counts
    // by reference.
    if (Symbol.iterator in value && !('next' in value)) {
      return Array.from(value as Iterable<unknown>, (item, i) => replace(item, `${path}.${i}`, describe));
    }
    // Shared connections with the same name are the same, however often they're made.
    const counted = path === '.share' ? ((value as { readonly key?: string }).key ?? value) : value;
    references[path] = counted;
    if (!isFunction(value)) kept[path] = value;
    return path;
  };
  const text =
    url == null ? undefined : JSON.stringify([place(url), options.key, replace(options, '', describe)], sort);
  return { text, isKeyed: options.key !== undefined, references, kept };
}

/** The options for the client. Each function is replaced by one that calls the latest version. */
export function clientOptions(options: GivenOptions, latest: () => References): unknown {
  return replace(options, '', (value, path) => {
    // A connection is made once, by the first one.
    if (!isFunction(value) || path === '.share') return value;
    return new Proxy(value, {
      apply: (_, self, args) => (latest()[path] as typeof value).apply(self, args),
    });
  });
}

/**
 * Copies options without those that only components know. Each value that's neither plain nor
 * `json` is replaced.
 */
function replace(
  value: unknown,
  path: string,
  replacement: (value: object, path: string) => unknown,
): unknown {
  if (Object(value) !== value || path === '.json') return value;
  if (path && !isPlain(value as object)) return replacement(value as object, path);
  const copy: Record<string, unknown> = {};
  // Inherited names count too, as in `SseClient`.
  for (const name in value as References) {
    const at = `${path}.${name}`;
    if (!/^\.(key|onOpen|onError)$/.test(at))
      copy[name] = replace((value as References)[name], at, replacement);
  }
  return copy;
}

/** Arktype's schemas are functions, but count as schemas. */
function isFunction(value: object): value is (...args: unknown[]) => unknown {
  return typeof value === 'function' && !('~standard' in value);
}

/**
 * Made by an object literal, in any realm. Schemas and storages don't count: their methods need a
 * `this`.
 */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return !('~standard' in value || 'getItem' in value || (prototype && Object.getPrototypeOf(prototype)));
}

/** For `JSON.stringify`: puts the names of an object in order. */
function sort(_: string, value: unknown): unknown {
  if (Object(value) !== value || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value as References).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function place(url: string | URL): string | URL {
  // On a server there's no base URL, and nothing connects.
  if (typeof document === 'undefined') return url;
  if (!CHECKED) return resolveUrl(url);
  try {
    return resolveUrl(url);
  } catch (error) {
    throw nameUrl(url, error);
  }
}
