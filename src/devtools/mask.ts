/** A URL in parts, so that its query can stay hidden. */
export interface MaskedUrl {
  /** The path; with its origin if that isn't the page's. */
  readonly path: string;
  /** The query and the fragment, which may hold a token; `''` for none. */
  readonly secret: string;
}

const { location } = globalThis as Partial<typeof globalThis>;

/** Takes a URL apart. What can't be parsed is cut at its first `?` or `#`. */
export function maskUrl(url: string, origin = location?.origin ?? ''): MaskedUrl {
  const [, before = '', secret = ''] = /^([^?#]*)(.*)$/s.exec(url) ?? [];
  const path = before.startsWith(`${origin}/`) ? before.slice(origin.length) : before;
  return { path, secret };
}
