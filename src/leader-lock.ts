/** What happens to who stands for leader. */
export interface Candidate {
  /** It is the only one now. */
  readonly elected: () => void;
  /** There are no locks here, in a sandboxed frame for one. */
  readonly refused: () => void;
  /** Another one took the lock by force. */
  readonly deposed: () => void;
}

/**
 * Stands for leader: the holder of the lock, of whom there is one at a time, and the next in line when that one gives up, closes or crashes.
 *
 * @param steal - Takes the lock from whoever holds it.
 * @returns Stands back, for good: gives the lock up, or no longer waits for it.
 */
export function standForLeader(
  locks: LockManager,
  name: string,
  steal: boolean,
  { elected, refused, deposed }: Candidate,
): () => void {
  const turn = new AbortController();
  const { signal } = turn;
  let isElected = false;
  const hold = () => {
    if (signal.aborted) return;
    isElected = true;
    elected();
    return new Promise<void>((release) => {
      signal.addEventListener('abort', () => {
        release();
      });
    });
  };
  locks.request(name, steal ? { steal } : { signal }, hold).catch(() => {
    if (signal.aborted) return;
    if (isElected) deposed();
    else refused();
  });
  return () => {
    turn.abort();
  };
}
