import { defineConfig } from 'vite';

// One page at a time, or they would share chunks.
export default defineConfig(({ mode }) => ({
  build: { emptyOutDir: false, rolldownOptions: { input: `${mode}.html` } },
}));
