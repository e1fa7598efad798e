import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { createApp } from './demo/server/app.ts';

const source = (file: string) => fileURLToPath(new URL(`./src/${file}.ts`, import.meta.url));

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

/** The page loads its own files and talks to its own server, and that is all it can do. Development adds the socket of hot updates. */
const policy = (...connect: string[]) => ({
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
    ["connect-src 'self'", ...connect].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
});

export default defineConfig(({ command, mode }) => ({
  resolve: {
    alias: [
      { find: /^ssekit$/, replacement: source('index') },
      { find: /^ssekit\/(\w+)$/, replacement: source('$1') },
    ],
  },
  ...(command === 'serve' ? { plugins: [mockServer] } : {}),
  publicDir: false as const,
  server: { headers: policy('ws:') },
  preview: { headers: policy() },
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
          lib: { entry: ['index', 'react', 'vue', 'testing'].map(source), formats: ['es'] },
          // One file for each of src: what a page does not import, its bundler need not even read.
          rolldownOptions: {
            external: ['react', 'vue'],
            output: { preserveModules: true, entryFileNames: '[name].js' },
          },
        },
}));
