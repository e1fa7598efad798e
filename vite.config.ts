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

/** One file that needs no server, not even for itself: it can be put on any static host, or opened from a disk. */
const inOneFile: Plugin = {
  name: 'ssekit-one-file',
  // After Vite's own, which puts the last touches to dynamic imports.
  enforce: 'post',
  generateBundle: {
    order: 'post',
    handler(_, bundle) {
      const html = bundle['index.html'];
      if (html?.type !== 'asset' || typeof html.source !== 'string')
        throw new Error('there is no index.html');
      let page = html.source.replace(/<link rel="modulepreload"[^>]*>/g, '');
      for (const [name, file] of Object.entries(bundle)) {
        // Functions, since a text would have its $ replaced.
        if (file.type === 'chunk') {
          const script = `<script type="module">${file.code.replaceAll('</script', '<\\/script')}</script>`;
          page = page.replace(new RegExp(`<script[^>]*src="[^"]*${name}"[^>]*></script>`), () => script);
        } else if (name.endsWith('.css')) {
          const style = `<style>${String(file.source)}</style>`;
          page = page.replace(new RegExp(`<link[^>]*href="[^"]*${name}"[^>]*>`), () => style);
        } else continue;
        Reflect.deleteProperty(bundle, name);
      }
      html.source = page;
    },
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
  plugins: command === 'serve' ? [mockServer] : mode === 'demo' ? [inOneFile] : [],
  // What demo/vue uses of Vue; without a word on each, it warns in the console.
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: false,
  },
  publicDir: false as const,
  server: { headers: policy('ws:') },
  preview: { headers: policy() },
  build:
    mode === 'demo'
      ? { outDir: 'dist-demo', rolldownOptions: { output: { codeSplitting: false } } }
      : mode === 'iife'
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
