import type { Listened } from '../connection/contract.js';

/** Event types as a notice carries them. */
export interface ListenedNotice {
  readonly types: readonly string[];
  readonly all: boolean;
}

/** A notice names at most this many types. */
export const MOST_TYPES = 1000;
/** Characters. No event type, URL or name is longer in practice. */
export const LONGEST = 16_384;

/** Types that a notice can't name are part of "all". */
export function packListened({ types, all }: Listened): ListenedNotice {
  const named = [...types].filter((type) => type.length <= LONGEST).slice(0, MOST_TYPES);
  return { types: named, all: all || named.length < types.size };
}

/** What a notice adds to the types that this tab knows. More types than a notice can name are "all". */
export function newlyListened({ types, all }: Listened, notice: ListenedNotice): ListenedNotice {
  const more = notice.types.filter((type) => !types.has(type));
  const isTooMany = types.size + more.length > MOST_TYPES;
  return { types: isTooMany ? [] : more, all: !all && (notice.all || isTooMany) };
}

/** Whether the leader lacks a type that this tab listens to. */
export function lacks(leader: ListenedNotice, listened: Listened): boolean {
  if (leader.all) return false;
  const { types, all } = packListened(listened);
  const known = new Set(leader.types);
  return all || types.some((type) => !known.has(type));
}
