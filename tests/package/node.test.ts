import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { servePrices } from './prices.ts';
import { cleanUp, createProject, type Project } from './project.ts';

let project: Project;
let origin: string;
beforeAll(async () => {
  project = await createProject(inject('tarball'), 'jest');
  origin = await servePrices(project.folder);
});
afterAll(cleanUp);

test.for([
  ['imports', 'module', "import { fetchSse } from 'ssekit';"],
  ['requires', 'commonjs', "const { fetchSse } = require('ssekit');"],
] as const)('Node %s the package and receives an event', async ([, type, load]) => {
  const code = `${load}
    (async () => {
      for await (const { type, data } of fetchSse('${origin}/prices')) {
        console.log(type, data);
        break;
      }
    })();`;
  expect(await project.node(`--input-type=${type}`, '--eval', code)).toBe('price ACME 101.5\n');
});

test('Jest runs a test of an application with ssekit/testing', async () => {
  await project.script('test');
});

test("Jest's own jsdom fails at once with what it lacks, and jest-fixed-jsdom runs the same test", async () => {
  await project.script('test:jsdom');
});
