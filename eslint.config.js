import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const nouns = [
  'checked',
  'clock',
  'globals',
  'errors',
  'message',
  'listeners',
  'report',
  'iterate',
  'event-handlers',
  'subscriptions',
  'leaving',
  'impossible',
];
const held = [
  'client',
  'fetch-sse',
  'parse-sse',
  'fetch-event-source',
  'options',
  'connection-options',
  'validate',
];
const doors = ['index', 'react', 'vue', 'xhr', 'miniprogram', 'devtools', 'testing'];

/**
 * The wings of src, and the wings that each may import from. Any wing may import the nouns. `import
 * type` counts as an import (docs/design.md).
 */
const wings = {
  stream: [],
  connection: ['stream'],
  decode: ['stream'],
  share: ['connection', 'stream'],
  components: ['connection', 'decode', 'stream'],
  devtools: ['connection', 'stream'],
  testing: [],
};

/**
 * Allows these files to import these paths (patterns without `.js`) and, if given, this framework.
 */
const mayImport = (files, paths, framework) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^\\.(?!(?:${paths.join('|')})\\.js$)`,
            message: 'This file may not import from there: docs/design.md, "The wings".',
          },
          {
            regex: `^(?!\\.${framework ? `|${framework}$` : ''})`,
            message: 'ssekit has no runtime dependency.',
          },
        ],
      },
    ],
  },
});

const anyOf = (names) => `(?:${names.join('|')})`;
const everyWing = anyOf(Object.keys(wings));

const pathsOf = (wing) => [
  '/[\\w-]+',
  `\\./${anyOf(wing === 'components' ? [...nouns, ...held] : nouns)}`,
  ...wings[wing].map((other) => `\\./${other}/[\\w-]+`),
];

const importRules = [
  mayImport(['src/*.ts'], [`/${anyOf(nouns)}`]),
  mayImport(
    held.map((name) => `src/${name}.ts`),
    [`/${anyOf([...nouns, ...held])}`, '/(?:stream|connection|decode)/[\\w-]+'],
  ),
  ...doors.map((door) =>
    mayImport([`src/${door}.ts`], [`/${anyOf([...nouns, ...held])}`, `/${everyWing}/[\\w-]+`], door),
  ),
  ...Object.keys(wings).map((wing) => mayImport([`src/${wing}/*.ts`], pathsOf(wing))),
  ...['react', 'vue'].map((framework) =>
    mayImport([`src/components/${framework}-*.ts`], pathsOf('components'), framework),
  ),
];

export default defineConfig(
  globalIgnores([
    'dist',
    'miniprogram',
    'dist-demo',
    'dist-docs',
    'docs/.vitepress/cache',
    'docs/.vitepress/.temp',
    'coverage',
    'tests/servers/nestjs',
  ]),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  { files: ['**/*.js', '**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
  importRules,
);
