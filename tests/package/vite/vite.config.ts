import { defineConfig } from 'vite';

// One page at a time, or they would share a chunk with what either needs.
export default defineConfig(({ mode }) => ({
  build: { emptyOutDir: false, rolldownOptions: { input: `${mode}.html` } },
}));
