import { CHECKED } from '../checked.js';
import { misuse, needGlobals } from '../errors.js';

/** Resolves a URL against the page, or the worker's script, as `EventSource` does. */
export function parseUrl(input: string): URL {
  const { document, location } = globalThis as Partial<typeof globalThis>;
  return new URL(input, document?.baseURI ?? location?.href);
}

/**
 * The same for a URL from a caller. Throws `TypeError` if it isn't a URL, can't be resolved, or
 * holds a user name or password.
 */
export function resolveUrl(input: unknown): string {
  // Not `instanceof`: a URL from an iframe works, too.
  if (typeof input !== 'string' && typeof (input as URL | null | undefined)?.href !== 'string') {
    throw misuse('The URL must be a string, a URL, or a function that returns one.', CHECKED && 'url-type');
  }
  if (CHECKED) needGlobals('URL');
  let url: URL;
  try {
    url = parseUrl(input as string);
  } catch {
    // The message leaves the input out, because it may hold a token.
    throw misuse(
      'The URL cannot be resolved. Without a page it must be absolute: https://host/path.',
      CHECKED && 'url-relative',
    );
  }
  if (url.username || url.password) {
    throw misuse(
      'The URL must not hold a user name or password. Send an Authorization header instead.',
      CHECKED && 'url-password',
    );
  }
  // React Native 0.81 appends a slash to paths.
  return url.href === `${String(input)}/` && url.pathname !== '/' ? String(input) : url.href;
}

/** Sets a query parameter. The rest stays byte for byte, because it may be signed. */
export function withParam(url: string, name: string, value: string): string {
  const [, path = '', query = '', fragment = ''] = /^([^?#]*)\??([^#]*)(.*)/s.exec(url) ?? [];
  const others = query.split('&').filter((pair) => query && !new URLSearchParams(pair).has(name));
  return `${path}?${[...others, new URLSearchParams({ [name]: value })].join('&')}${fragment}`;
}
