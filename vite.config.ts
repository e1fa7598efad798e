import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { createApp } from './demo/server/app.ts';

/** Page and mock server are one process and one port, so that the demo is one command. */
const mockServer: Plugin = {
  name: 'ssekit-mock-server',
  configureServer(server) {
    server.middlewares.use(createApp());
  },
  configurePreviewServer(server) {
    server.middlewares.use(createApp());
  },
};

export default defineConfig(({ command, mode }) => ({
  resolve: { alias: { ssekit: fileURLToPath(new URL('./src/index.ts', import.meta.url)) } },
  ...(command === 'serve' ? { plugins: [mockServer] } : {}),
  publicDir: false as const,
  build:
    mode === 'iife'
      ? {
          emptyOutDir: false,
          sourcemap: true,
          lib: {
            entry: 'src/index.ts',
            name: 'ssekit',
            formats: ['iife'],
            fileName: () => 'ssekit.iife.min.js',
          },
        }
      : {
          sourcemap: true,
          minify: false,
          lib: { entry: ['src/index.ts', 'src/testing.ts'], formats: ['es'] },
          // One file for each of src: what a page does not import, its bundler need not even read.
          rolldownOptions: { output: { preserveModules: true, entryFileNames: '[name].js' } },
        },
}));
