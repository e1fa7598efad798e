import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launchChromium } from '../engines/find.ts';
import { servePrices } from './prices.ts';
import { cleanUp, createProject } from './project.ts';
import { visit } from './visit.ts';

/** A name from each part that no minifier can change. */
const marks = {
  parser: 'maxEventSize',
  client: 'onStateChange',
  sharing: 'BroadcastChannel',
  'drop-in': 'EventTarget',
  /** Only in the checked build. */
  checks: 'must be a number',
};

function partsIn(code: string): string[] {
  return Object.entries(marks).flatMap(([part, mark]) => (code.includes(mark) ? [part] : []));
}

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

describe.for([
  ['Vite', 'vite', 'dist', []],
  ['webpack', 'webpack', '.', []],
  // It knows no `production` condition by itself.
  ['esbuild', 'esbuild', '.', ['checks']],
] as const)('a page built by %s', ([, fixture, served, checks]) => {
  let origin: string;
  beforeAll(async () => {
    const project = await createProject(inject('tarball'), 'page', fixture);
    await project.script('build');
    origin = await servePrices(`${project.folder}/${served}`);
  });
  afterAll(cleanUp);

  test('receives events with the client, with the checks where the build is not for production', async () => {
    const { code, errors } = await visit(browser, `${origin}/client.html`);
    expect(errors).toEqual([]);
    // It shares nothing between tabs, so it need not know how.
    expect(partsIn(code)).toEqual(['parser', 'client', ...checks]);
  });

  test('receives events with parseSse, without having loaded the client', async () => {
    const { code, errors } = await visit(browser, `${origin}/parser.html`);
    expect(errors).toEqual([]);
    expect(partsIn(code)).toEqual(['parser']);
  });
});

describe('a page without a bundler', () => {
  afterAll(cleanUp);

  test('receives events with the script', async () => {
    const project = await createProject(inject('tarball'), 'script');
    const origin = await servePrices(project.folder);
    expect((await visit(browser, `${origin}/client.html`)).errors).toEqual([]);
  });
});
