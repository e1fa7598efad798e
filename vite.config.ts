import { fileURLToPath } from 'node:url';
import { defineConfig, type BuildEnvironmentOptions, type Plugin } from 'vite';
import { createApp } from './demo/server/app.ts';
import { unchecked } from './unchecked.ts';

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

/**
 * Rolldown leaves `import './x.js'` behind where it inlined what was imported. Nothing of the
 * package has side effects, so bundlers ignore it, and esbuild warns about each. A module that
 * nobody imports any more isn't part of this build.
 */
const withoutBareImports: Plugin = {
  name: 'ssekit-without-bare-imports',
  generateBundle: {
    order: 'post',
    handler(_, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
      // The line stays, so that the source maps still fit.
      for (const chunk of chunks) chunk.code = chunk.code.replace(/^import "\.[^"]*";$/gm, '');
      const code = chunks.map((chunk) => chunk.code).join('\n');
      for (const { fileName, isEntry } of chunks) {
        if (isEntry || code.includes(`/${fileName.split('/').pop() ?? ''}";`)) continue;
        Reflect.deleteProperty(bundle, fileName);
        Reflect.deleteProperty(bundle, `${fileName}.map`);
      }
    },
  },
};

/** A module for each file of src: what a page doesn't import, its bundler needn't even read. */
const modules = (outDir: string): BuildEnvironmentOptions => ({
  outDir,
  sourcemap: true,
  minify: false,
  lib: { entry: ['index', 'react', 'vue', 'testing'].map(source), formats: ['es'] },
  rolldownOptions: {
    external: ['react', 'vue'],
    plugins: [withoutBareImports],
    output: { preserveModules: true, entryFileNames: '[name].js' },
  },
});

/** One file that defines a global variable, for pages without a bundler. */
const script = (fileName: string, minify: boolean): BuildEnvironmentOptions => ({
  emptyOutDir: false,
  sourcemap: true,
  minify,
  lib: { entry: source('index'), name: 'ssekit', formats: ['iife'], fileName: () => fileName },
});

/** By mode: the demo, and the package in two builds, each as modules and as a script. */
const builds: Readonly<Record<string, BuildEnvironmentOptions>> = {
  demo: { outDir: 'dist-demo', rolldownOptions: { output: { codeSplitting: false } } },
  checked: modules('dist'),
  'checked-script': script('ssekit.iife.js', false),
  production: modules('dist/production'),
  'production-script': script('ssekit.iife.min.js', true),
};

export default defineConfig(({ command, mode }) => ({
  resolve: {
    alias: [
      { find: /^ssekit$/, replacement: source('index') },
      { find: /^ssekit\/(\w+)$/, replacement: source('$1') },
    ],
  },
  plugins: [
    ...(command === 'serve' ? [mockServer] : []),
    ...(mode === 'demo' ? [inOneFile] : []),
    ...(mode.startsWith('production') ? [unchecked()] : []),
  ],
  // What demo/vue uses of Vue; without a word on each, it warns in the console.
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: false,
  },
  publicDir: false as const,
  server: { headers: policy('ws:') },
  preview: { headers: policy() },
  build: builds[mode] ?? {},
}));
