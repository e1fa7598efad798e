interface Queried {
  readonly query: Readonly<Record<string, unknown>>;
}

/** More than a demo needs, and well below a Node timer's limit. */
export const MAX_MS = 86_400_000;

/** The first value of a query parameter, so `?a=1&a=2` doesn't fail. */
export function queryText({ query }: Queried, name: string): string | undefined {
  const value = query[name];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : undefined;
}

/** A duration in milliseconds, or the default if it isn't a plain number. */
export function queryMs(request: Queried, name: string, otherwise: number): number {
  const text = queryText(request, name) ?? '';
  return /^\d+$/.test(text) ? Math.min(Number(text), MAX_MS) : otherwise;
}
