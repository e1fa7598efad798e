import { CHECKED } from '../checked.js';
import { misuse } from '../errors.js';
import type { HeadersArgument } from '../globals.js';
import { hint } from '../report.js';
import type { HeadersSource } from './request-options.js';

/** A copy, because an iterator can be read only once; `undefined` if there are no headers. */
export function headersIn(source: HeadersSource | null | undefined): HeadersSource | undefined {
  if (typeof source === 'function') return source;
  const headers = headersOf(source ?? {});
  return headers.keys().next().done ? undefined : headers;
}

/** What JavaScript makes of a value that isn't there, as in `Bearer ${token}`. */
const PLACEHOLDER = /(?:^|\s)(?:undefined|null|\[object \w+\])$/;

/** Throws `TypeError` for invalid headers. */
export function headersOf(init: HeadersArgument = {}): Headers {
  if (CHECKED && Object(init) !== init)
    throw misuse('`headers` must be an object, or a function that returns one.', 'headers');
  const headers = new Headers();
  let missing: string | undefined;
  try {
    for (const [name = '', value] of Symbol.iterator in init ? init : Object.entries(init)) {
      if ((value as string | undefined) === undefined) missing ??= name;
      else if (CHECKED && PLACEHOLDER.test(value))
        hint(
          `the header \`${name.toLowerCase()}\` ends with "undefined", "null" or "[object …]": does its value exist yet?`,
        );
      headers.append(name, value);
    }
  } catch {
    // Leaves the engine's message out, because some engines quote the value.
    throw misuse(
      '`headers` must not hold line breaks, nor characters beyond Latin-1: use encodeURIComponent.',
      CHECKED && 'headers',
    );
  }
  // Fetch would send it as "undefined".
  if (missing !== undefined)
    throw misuse(`The header \`${missing}\` is undefined.`, CHECKED && 'header-undefined');
  return headers;
}
