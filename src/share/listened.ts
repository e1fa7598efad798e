import type { Listened } from '../connection/contract.js';

/** The event types in a notice. */
export interface ListenedNotice {
  readonly types: readonly string[];
  readonly all: boolean;
}

/** A notice names at most this many types. */
export const MOST_TYPES = 1000;
/** Characters. No event type, URL or name is longer in practice. */
export const LONGEST = 16_384;

/** If there are types that a notice can't name, it asks for all of them. */
export function packListened({ types, all }: Listened): ListenedNotice {
  const named = [...types].filter((type) => type.length <= LONGEST).slice(0, MOST_TYPES);
  return { types: named, all: all || named.length < types.size };
}

/**
 * What a notice adds to the types that this tab knows. Past {@link MOST_TYPES}, that's all types.
 */
export function newlyListened({ types, all }: Listened, notice: ListenedNotice): ListenedNotice {
  const more = notice.types.filter((type) => !types.has(type));
  const isTooMany = types.size + more.length > MOST_TYPES;
  return { types: isTooMany ? [] : more, all: !all && (notice.all || isTooMany) };
}
