import type { Plugin } from 'vite';

/** Makes the production build: `CHECKED` of src/checked.ts is `false`. */
export function unchecked(): Plugin {
  return {
    name: 'ssekit-unchecked',
    // Before Vite reads the file itself.
    enforce: 'pre',
    load: (id) => (/[\\/]src[\\/]checked\.ts$/.test(id) ? 'export const CHECKED = false;' : undefined),
  };
}
