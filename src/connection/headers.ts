import type { HeadersSource } from './request.js';

/** A copy, since an iterator can be read only once; `undefined` where there are none. */
export function headersIn(source: HeadersSource | null | undefined): HeadersSource | undefined {
  if (typeof source === 'function') return source;
  const headers = headersOf(source ?? {});
  return headers.keys().next().done ? undefined : headers;
}

/** Throws `TypeError` for what are no headers. */
export function headersOf(init: HeadersInit = {}): Headers {
  const headers = new Headers();
  let missing: string | undefined;
  try {
    for (const [name = '', value] of Symbol.iterator in init ? init : Object.entries(init)) {
      if ((value as string | undefined) === undefined) missing ??= name;
      headers.append(name, value);
    }
  } catch {
    // Without the engine's message: some quote the value.
    throw new TypeError(
      '`headers` must not hold line breaks, nor characters beyond Latin-1: use encodeURIComponent.',
    );
  }
  // It would be sent as "undefined".
  if (missing !== undefined) throw new TypeError(`The header \`${missing}\` is undefined.`);
  return headers;
}
