import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, inject, test } from 'vitest';
import { cleanUp, createProject, type Project } from './project.ts';

let project: Project;
beforeAll(async () => {
  project = await createProject(inject('tarball'), 'typescript');
  const consumer = fileURLToPath(new URL('../typescript/consumer.ts', import.meta.url));
  await cp(consumer, join(project.folder, 'consumer.ts'));
});
afterAll(cleanUp);

// Without skipLibCheck, so the package's declarations are checked too.
const strict = {
  target: 'es2022',
  lib: ['es2023', 'dom', 'dom.iterable', 'dom.asynciterable'],
  types: [],
  jsx: 'react-jsx',
  strict: true,
  noEmit: true,
};

describe.for(['typescript-5.4', 'typescript-6.0', 'typescript-7'])('%s', (version) => {
  test.for([
    ['bundler', 'esnext'],
    ['nodenext', 'nodenext'],
  ])('compiles all entries with moduleResolution %s', async ([moduleResolution, module]) => {
    const compilerOptions = { ...strict, moduleResolution, module };
    const files = ['consumer.ts', 'react.tsx', 'vue.ts'];
    await writeFile(join(project.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    await project.node(`node_modules/${version}/bin/tsc`, '-p', '.', '--pretty', 'false');
  });
});
