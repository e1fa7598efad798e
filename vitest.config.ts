import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import type { Plugin } from 'vite';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import type { BrowserInstanceOption } from 'vitest/node';
import { createApp } from './demo/server/app.ts';
import { findEngines, launchOptions, wantedEngines, type EngineName } from './tests/engines/find.ts';
import { Watchdog } from './tests/engines/watchdog.ts';
import { webkitGtk } from './tests/engines/webkit-provider.ts';
import { runCounts } from './tests/run-counts.ts';
import { createTestRoutes } from './tests/server.ts';
import { unchecked } from './unchecked.ts';

const source = (file: string) => fileURLToPath(new URL(`./src/${file}.ts`, import.meta.url));

const root = fileURLToPath(new URL('.', import.meta.url));

const resolve = {
  alias: [
    { find: /^ssekit$/, replacement: source('index') },
    { find: /^ssekit\/(\w+)$/, replacement: source('$1') },
  ],
};

/**
 * The page and the servers share an origin, as behind a reverse proxy. For CORS, global-setup.ts
 * has another one.
 */
const servers = (): Plugin => ({
  name: 'ssekit-test-servers',
  configureServer(server) {
    server.middlewares.use(createTestRoutes());
    server.middlewares.use(createApp());
  },
});

/**
 * In ms. Random streams and fault tables take 4 s on two idle cores, and several times that on a
 * busy machine.
 */
const PATIENCE = 60_000;

const watchdog = new Watchdog();

/**
 * The projects of `npm test`. `npm run test:all` adds the others. CONTRIBUTING.md says why they can
 * wait.
 */
const fast = ['types', 'unit', 'production', 'react 18', 'node', 'browser (chromium)', 'page'];

/**
 * Only runs if you name it (`npm run test:servers`): it installs seven languages and takes minutes,
 * and what it tests changes with other people's releases.
 */
const named = ['servers'];

/** Selects projects by `--mode fast` (`npm test`) or `--mode rest`, and by `--project`. */
function isSelected(mode: string, name: string): boolean {
  if (mode === 'fast' && !fast.includes(name)) return false;
  if (mode === 'rest' && fast.includes(name)) return false;
  const filters = process.argv.flatMap((arg, i, args) =>
    arg.startsWith('--project=')
      ? [arg.slice('--project='.length)]
      : arg === '--project'
        ? [args[i + 1] ?? '']
        : [],
  );
  if (filters.length === 0 && named.includes(name)) return false;
  const names = [name, name.replace(/ \(.*/, '')];
  return filters.length === 0 || filters.some((filter) => /[*!]/.test(filter) || names.includes(filter));
}

/** Runs the tests of the React binding again, on React 18. */
const react18: TestProjectInlineConfiguration = {
  resolve: {
    alias: [
      ...resolve.alias,
      { find: /^(react|react-dom)(?=\/|$)/, replacement: `${root}tests/react-18/node_modules/$1` },
      // Loads it as a module. If Node loaded it, it would find the root's React.
      {
        find: /^@testing-library\/react$/,
        replacement: `${root}node_modules/@testing-library/react/dist/@testing-library/react.esm.js`,
      },
    ],
  },
  test: {
    name: 'react 18',
    include: ['tests/unit/react.test.tsx'],
    server: { deps: { inline: [/@testing-library\/react/] } },
  },
};

const types: TestProjectInlineConfiguration = {
  resolve,
  test: {
    name: 'types',
    include: [],
    typecheck: {
      enabled: true,
      only: true,
      include: ['tests/types/**/*.test-d.ts'],
      tsconfig: './tsconfig.json',
    },
  },
};

type TestOptions = NonNullable<TestProjectInlineConfiguration['test']>;

/** Files that run in Node. A file that needs a DOM says so in its first line. */
const inNode = (name: string, include: string[], test: TestOptions = {}): TestProjectInlineConfiguration => ({
  resolve,
  test: { name, include, testTimeout: PATIENCE, ...test },
});

/**
 * These run only in `npm run test:all`: long runs of random faults, and the comparison with other
 * libraries.
 */
const longInBrowsers = ['tests/browser/resume-properties.test.ts', 'tests/browser/comparison.test.ts'];

interface BrowserInstance {
  readonly engine: EngineName;
  readonly name: string;
  readonly include?: string[];
  readonly exclude?: string[];
  /** How many tabs run files at the same time, each in its own context. */
  readonly maxWorkers?: number;
}

const browserInstances: readonly BrowserInstance[] = [
  // The tests wait for servers and timers, not for a core, so three tabs take half the time of
  // one. In Firefox a test then misses its time limit. WebKitGTK has only one window.
  { engine: 'chromium', name: 'browser (chromium)', exclude: longInBrowsers, maxWorkers: 3 },
  { engine: 'chromium', name: 'browser (chromium, long)', include: longInBrowsers },
  { engine: 'firefox', name: 'browser (firefox)' },
  { engine: 'webkit', name: 'browser (webkit)' },
];

/** All engines share one server. */
const browser = (instances: BrowserInstanceOption[]): TestProjectInlineConfiguration => ({
  resolve,
  plugins: [servers()],
  // If these were only found during the tests, the page would reload.
  optimizeDeps: {
    include: [
      ...['react', 'react/jsx-dev-runtime', 'react-dom/client', '@testing-library/react', 'vue'],
      // The libraries that tests/comparison compares.
      ...['@microsoft/fetch-event-source', 'event-source-polyfill', 'eventsource', 'eventsource-client'],
      ...['reconnecting-eventsource', 'sse.js'],
    ],
  },
  test: {
    name: 'browser',
    include: ['tests/browser/**/*.test.{ts,tsx}'],
    globalSetup: 'tests/browser/global-setup.ts',
    setupFiles: 'tests/engines/announce.ts',
    sequence: { groupOrder: 1 },
    testTimeout: 15_000,
    browser: {
      enabled: true,
      headless: true,
      ui: false,
      screenshotFailures: false,
      commands: watchdog.commands,
      instances,
    },
  },
});

/** Files of tests/page in one engine. */
const page = (
  name: string,
  groupOrder: number,
  files: readonly string[],
  { engine = 'Chromium', ...test }: TestOptions & { engine?: 'Chromium' | 'Firefox' } = {},
): TestProjectInlineConfiguration => ({
  resolve,
  test: {
    name,
    include: files.map((file) => `tests/page/${file}.test.ts`),
    globalSetup: 'tests/page/global-setup.ts',
    provide: { engine },
    sequence: { groupOrder },
    // Visits at the same time, in each file.
    maxConcurrency: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    ...test,
  },
});

/** Tests of whole scenes or of the standard's delays. Each takes half a minute or more. */
const slowPages = [
  ...['page', 'static', 'soak', 'wake', 'frozen', 'reload', 'languages', 'lamp', 'devtools'],
  ...['bindings', 'chat', 'dashboard', 'panel', 'wire', 'your-stream'],
];
/** Tests that measure the heap, the load of a thread or the longest time without an event. */
const measuringPages = ['leaks', 'speed', 'sharing', 'devtools-speed'];
/** Tests of the engine, not of the demo. `sharing` is one too. */
const enginePages = ['redirect', 'service-worker', 'playwright-route', 'wake', 'reload', 'leaving'];

export default defineConfig(async ({ mode }) => {
  const isWanted = (name: string) => isSelected(mode, name);
  const instances = browserInstances.filter(({ name }) => isWanted(name));
  const isPageWanted = ['page', 'page (slow)', 'page (alone)'].some(isWanted);
  const needed = wantedEngines().filter(
    (name) =>
      instances.some(({ engine }) => engine === name) ||
      (name === 'chromium' && isPageWanted) ||
      (name === 'firefox' && ['page (firefox)', 'page (firefox, alone)'].some(isWanted)),
  );
  // Only looks for browsers, or installs them, if this run uses them.
  const engines = needed.length > 0 ? await findEngines(needed) : {};

  const available = instances.flatMap(({ engine: browser, ...instance }): BrowserInstanceOption[] => {
    const engine = engines[browser];
    if (!engine) return [];
    const provider = engine.gtk
      ? webkitGtk({ browser: engine.path, ...engine.gtk })
      : playwright({ launchOptions: launchOptions(browser, engine) });
    return [{ browser, provider: watchdog.guard(provider), ...instance }];
  });

  const projects: TestProjectInlineConfiguration[] = [
    types,
    inNode('unit', ['tests/unit/**/*.test.{ts,tsx}']),
    // Tests the public API again, as in the production build. A test of a check that only the other
    // build has uses `runIf(CHECKED)`.
    {
      ...inNode('production', ['tests/unit/*.test.{ts,tsx}', 'tests/unit/connection/request.test.ts']),
      plugins: [unchecked()],
    },
    react18,
    inNode('node', ['tests/node/**/*.test.{ts,tsx}'], { provide: { streams: 60 } }),
    ...(available.length > 0 ? [browser(available)] : []),
    page('page', 2, ['*'], {
      exclude: [...slowPages, ...measuringPages].map((file) => `**/${file}.test.ts`),
    }),
    page('page (slow)', 2, slowPages),
    page('page (alone)', 3, measuringPages, { maxWorkers: 1 }),
    ...(engines.firefox
      ? [
          page('page (firefox)', 2, enginePages, { engine: 'Firefox' }),
          page('page (firefox, alone)', 3, ['sharing'], { maxWorkers: 1, engine: 'Firefox' }),
        ]
      : []),
    // The files share one worker and its warm compiler.
    inNode('docs', ['tests/docs/**/*.test.ts'], { isolate: false, sequence: { groupOrder: 4 } }),
    inNode('soak', ['tests/soak/**/*.test.ts', 'tests/node/resume-properties.test.ts'], {
      provide: { streams: 300 },
      sequence: { groupOrder: 4 },
    }),
    // One file at a time, because each runs hundreds of clients and several servers.
    inNode('interop', ['tests/interop/**/*.test.ts'], {
      globalSetup: 'tests/interop/global-setup.ts',
      maxWorkers: 1,
      sequence: { groupOrder: 5 },
      testTimeout: 30_000,
      hookTimeout: 60_000,
    }),
    inNode('servers', ['tests/servers/**/*.test.ts'], {
      maxWorkers: 1,
      sequence: { groupOrder: 7 },
      testTimeout: 60_000,
      hookTimeout: 60_000,
    }),
    // npm and the compilers use all cores.
    inNode('package', ['tests/package/*.test.ts'], {
      globalSetup: 'tests/package/tarball.ts',
      maxWorkers: 1,
      sequence: { groupOrder: 6 },
      // This takes half a minute on two idle cores if npm's cache is empty.
      testTimeout: 240_000,
      hookTimeout: 600_000,
    }),
  ];

  return {
    test: {
      // One worker per core, because tests wait more than they compute.
      maxWorkers: availableParallelism(),
      reporters: [
        'default',
        ...(process.env.GITHUB_ACTIONS === 'true' ? ['github-actions'] : []),
        watchdog,
        runCounts,
      ],
      projects: projects.filter(
        ({ test: { name } = {} }) => name === 'browser' || (typeof name === 'string' && isWanted(name)),
      ),
    },
  };
});
