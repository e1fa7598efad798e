import { env } from 'node:process';
import { defineConfig } from 'vite';
import { readVariant } from './variant.js';

export default defineConfig(({ mode: name }) => {
  const { entry, aliases, mode } = readVariant(name);
  // Vite chooses the `production` condition by it.
  env.NODE_ENV = mode;
  return {
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    resolve: { alias: aliases },
    build: {
      outDir: `dist/vite-${name}`,
      minify: mode === 'production',
      modulePreload: false,
      rolldownOptions: {
        input: entry,
        output: { entryFileNames: 'main.js', chunkFileNames: '[name].js' },
      },
    },
  };
});
