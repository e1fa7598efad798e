interface Queried {
  readonly query: Readonly<Record<string, unknown>>;
}

/** Longer than anyone watches a demo, and well inside what a Node timer can hold. */
export const longest = 86_400_000;

/** The first value of a query parameter: `?a=1&a=2` is no reason to fail. */
export function queryText({ query }: Queried, name: string): string | undefined {
  const value = query[name];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : undefined;
}

/** A duration in milliseconds; whatever is not a plain number is the default. */
export function queryMs(request: Queried, name: string, otherwise: number): number {
  const text = queryText(request, name) ?? '';
  return /^\d+$/.test(text) ? Math.min(Number(text), longest) : otherwise;
}
