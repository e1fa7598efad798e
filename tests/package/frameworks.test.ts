import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium } from '../engines/find.ts';
import { cleanUp, createProject } from './project.ts';
import { visit } from './visit.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

describe.for([
  ['Next with ssekit/react', 'next', ['node_modules/next/dist/bin/next', 'start']],
  ['Nuxt with ssekit/vue', 'nuxt', ['.output/server/index.mjs']],
] as const)('an application of %s', ([, fixture, start]) => {
  let origin: string;
  beforeAll(async () => {
    const project = await createProject(inject('tarball'), fixture);
    await project.script('build');
    origin = await project.serve(...start);
  });
  afterAll(cleanUp);

  test('is rendered on the server, where nothing connects', async () => {
    const response = await fetch(origin);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('<p class="connecting">no price yet</p>');
  });

  test('receives events in the browser, and the rendering of the server fits', async () => {
    const { errors } = await visit(browser, origin);
    expect(errors).toEqual([]);
  });
});
