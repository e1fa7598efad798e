/**
 * How many tabs share a connection: one holds the lock with its name, and the others wait for it.
 * `undefined` where locks can't be counted.
 */
export async function countTabs(name: string): Promise<number | undefined> {
  try {
    const { held = [], pending = [] } = await navigator.locks.query();
    const ids = [...held, ...pending].filter((lock) => lock.name === name).map(({ clientId }) => clientId);
    return new Set(ids).size;
  } catch {
    return undefined;
  }
}
