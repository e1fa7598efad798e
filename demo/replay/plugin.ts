import type { Plugin } from 'vite';

const id = 'virtual:replay-table';

/** Writes and formats the programs of the typewriter's code panel while the page is built. */
export const replayPrograms: Plugin = {
  name: 'ssekit-replay-programs',
  resolveId: (source) => (source === id ? `\0${id}` : undefined),
  async load(resolved) {
    if (resolved !== `\0${id}`) return undefined;
    // Only a page that is built needs the formatter.
    const { replayTable } = await import('./table.ts');
    return `export default ${JSON.stringify(await replayTable())};`;
  },
};
