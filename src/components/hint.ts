import { hint } from '../report.js';
import type { Identity, References } from './identity.js';

/**
 * Two components gave the same URL and plain options, but different functions, schemas, signals or
 * storages.
 */
export function hintAtTwoConnections(some: Identity, others: Identity): void {
  const names = difference(some.references, others.references);
  hint(
    `two components gave the same URL, but different ${names}. So each has its own connection. To share one, make ${names} outside of the components, or give both the same \`key\`.`,
  );
}

/** A render gave other values for options that keep their first one. */
export function hintAtKeptValues(next: Identity, first: Identity): void {
  const names = difference(next.kept, first.kept);
  if (!names || next.isKeyed) return;
  hint(
    `${names} changed with a rendering, and the first value is kept. Make it outside of the component, or once for each component. To connect with another one, change \`key\`.`,
  );
}

function difference(some: References, others: References): string {
  const paths = Object.keys(some).filter((path) => some[path] !== others[path]);
  return [...new Set(paths.map((path) => `\`${path.split('.')[1] ?? ''}\``))].join(', ');
}

/** Without the query, which may hold a token, and without a password. */
export function nameUrl(url: unknown, error: unknown): TypeError {
  const shown = String(url).replace(/[?#].*|\/\/[^/]*@/gs, '');
  return new TypeError(`${(error as Error).message} You gave: ${shown}`, { cause: error });
}
