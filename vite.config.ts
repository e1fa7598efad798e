import { fileURLToPath } from 'node:url';
import { defineConfig, type BuildEnvironmentOptions, type Plugin } from 'vite';
import { errorPages } from './demo/errors/plugin.ts';
import { replayPrograms } from './demo/replay/plugin.ts';
import { createApp } from './demo/server/app.ts';
import { unchecked } from './unchecked.ts';

const source = (file: string) => fileURLToPath(new URL(`./src/${file}.ts`, import.meta.url));

/** Runs the page and the mock server in one process and on one port, so the demo is one command. */
const mockServer: Plugin = {
  name: 'ssekit-mock-server',
  configureServer(server) {
    server.middlewares.use(createApp());
  },
  configurePreviewServer(server) {
    server.middlewares.use(createApp());
  },
};

/**
 * Builds one file that needs no server. You can put it on any static host or open it from a disk.
 */
const inOneFile: Plugin = {
  name: 'ssekit-one-file',
  // After Vite's own plugins, which finish dynamic imports.
  enforce: 'post',
  generateBundle: {
    order: 'post',
    handler(_, bundle) {
      const html = bundle['index.html'];
      if (html?.type !== 'asset' || typeof html.source !== 'string')
        throw new Error('there is no index.html');
      let page = html.source.replace(/<link rel="modulepreload"[^>]*>/g, '');
      for (const [name, file] of Object.entries(bundle)) {
        // Passes functions, because in a string replacement `$` has a special meaning.
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

/**
 * The page can only load its own files. It may talk to any server, because you can enter the URL of
 * your stream. Development also allows the socket for hot updates.
 */
const policy = (...connect: string[]) => ({
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
    ['connect-src http: https:', ...connect].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
});

/**
 * Rolldown leaves `import './x.js'` behind where it inlined a module. The package has no side
 * effects, so bundlers ignore such imports, but esbuild warns about each one. Also drops modules
 * from this build that no other module imports.
 */
const withoutBareImports: Plugin = {
  name: 'ssekit-without-bare-imports',
  generateBundle: {
    order: 'post',
    handler(_, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
      // Leaves the line empty, so the source maps stay correct.
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

/** The page in one file. */
const page = (outDir: string): BuildEnvironmentOptions => ({
  outDir,
  rolldownOptions: { output: { codeSplitting: false } },
});

const { GITHUB_SERVER_URL: host = 'https://github.com', GITHUB_REPOSITORY: repository } = process.env;

/** One module per file of src, so a bundler doesn't even read what a page doesn't import. */
const modules = (outDir: string): BuildEnvironmentOptions => ({
  outDir,
  sourcemap: true,
  minify: false,
  lib: {
    entry: ['index', 'react', 'vue', 'xhr', 'miniprogram', 'devtools', 'testing'].map(source),
    formats: ['es'],
  },
  rolldownOptions: {
    external: ['react', 'vue'],
    plugins: [withoutBareImports],
    output: { preserveModules: true, entryFileNames: '[name].js' },
  },
});

/** One file that defines a global variable, for pages without a bundler. */
const script = (
  fileName: string,
  minify: boolean,
  entry = 'index',
  name = 'ssekit',
): BuildEnvironmentOptions => ({
  emptyOutDir: false,
  sourcemap: true,
  minify,
  lib: { entry: source(entry), name, formats: ['iife'], fileName: () => fileName },
});

/**
 * CommonJS in ES2018, because WeChat's tools can't read newer code or `exports`. They copy this
 * folder into the mini program: `ssekit` is index.js, and `ssekit/miniprogram` is miniprogram.js.
 */
const miniprogram: BuildEnvironmentOptions = {
  outDir: 'miniprogram',
  target: 'es2018',
  minify: false,
  lib: {
    entry: ['index', 'miniprogram'].map(source),
    formats: ['cjs'],
    fileName: (_, name) => `${name}.js`,
  },
  rolldownOptions: { output: { chunkFileNames: 'shared.js', strict: true } },
};

/**
 * By mode: the demo, alone and for the documentation's site; the package in two builds, each as modules and as a script, and the package for
 * mini programs.
 */
const builds: Readonly<Record<string, BuildEnvironmentOptions>> = {
  demo: page('dist-demo'),
  site: page('docs/public/demo'),
  checked: modules('dist'),
  'checked-script': script('ssekit.iife.js', false),
  production: modules('dist/production'),
  'production-script': script('ssekit.iife.min.js', true),
  miniprogram,
  'devtools-script': script('ssekit-devtools.iife.js', true, 'devtools', 'ssekitDevtools'),
};

export default defineConfig(({ command, mode }) => ({
  resolve: {
    alias: [
      { find: /^ssekit$/, replacement: source('index') },
      { find: /^ssekit\/(\w+)$/, replacement: source('$1') },
    ],
  },
  plugins: [
    replayPrograms,
    errorPages,
    ...(command === 'serve' ? [mockServer] : []),
    ...(mode === 'demo' || mode === 'site' ? [inOneFile] : []),
    ...(mode.startsWith('production') ? [unchecked()] : []),
  ],
  // Turns off the Vue features that demo/vue doesn't use. Vue warns in the console about each one
  // that isn't set.
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: false,
    // The site's page links to the repository that built it.
    ...(mode === 'site' &&
      repository !== undefined && { 'import.meta.env.SOURCE': JSON.stringify(`${host}/${repository}`) }),
  },
  publicDir: false as const,
  // Answers unknown paths with 404, not with the page.
  appType: 'mpa' as const,
  server: { headers: policy('ws:') },
  preview: { headers: policy() },
  build: builds[mode] ?? {},
}));
