import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** The floors of the house (docs/design.md). A file imports from the floors below its own, never sideways or up. */
const floors = [
  ['errors', 'message', 'report', 'duration', 'mock-event-source', 'mock-sse'],
  ['parse', 'retry', 'decode', 'iterate', 'wait', 'deadline', 'listeners', 'transport'],
  ['request', 'open-stream', 'trace', 'in-order', 'decode-options', 'state', 'leader-lock', 'leader-watch'],
  ['native-transport', 'fetch-transport', 'validate', 'read-messages', 'last-event-id', 'gap', 'tab-channel'],
  ['choose-transport', 'journal', 'tab-group'],
  ['connection'],
  ['shared-leader'],
  ['shared-connection'],
  ['options'],
  ['client', 'fetch-event-source', 'fetch-sse', 'parse-sse'],
  ['client-registry', 'live-value'],
  ['index', 'react', 'vue', 'testing'],
];

const floorRules = floors.flatMap((files, floor) =>
  files.map((file) => ({
    files: [`src/${file}.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^\\./(${floors.slice(floor).flat().join('|')})\\.js$`,
              message: 'Imports go down the floors only, see docs/design.md.',
            },
            // A binding imports the framework it is named after, which its users have.
            { regex: `^(?!\\./|${file}$)`, message: 'ssekit has no runtime dependency.' },
          ],
        },
      ],
    },
  })),
);

export default defineConfig(
  globalIgnores(['dist', 'dist-api', 'dist-demo', 'coverage']),
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
  floorRules,
);
