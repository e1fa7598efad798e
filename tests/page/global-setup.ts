import type { TestProject } from 'vitest/node';
import { serveBuiltPage } from '../../demo/built-page.ts';
import { bundle } from './bundle.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The demo, built and served once for all files of a project. */
    demo: { readonly origin: string; readonly folder: string };
    /** The library as a plain script. */
    library: string;
    /** What the tests that are for every engine run in. */
    engine: 'Chromium' | 'Firefox';
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [demo, library] = await Promise.all([serveBuiltPage(), bundle()]);
  project.provide('demo', { origin: demo.origin, folder: demo.folder });
  project.provide('library', library);
  return () => demo.close();
}
