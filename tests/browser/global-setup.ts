import type { TestProject } from 'vitest/node';
import { createApp } from '../../demo/server/app.ts';
import { createTestServer } from '../server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The demo app and the test routes on the page's own origin; `script()` takes it as it is. */
    sameOrigin: string;
    /** The same on another origin and another site (127.0.0.1; the page is on localhost): only Firefox sends cookies. */
    crossOrigin: string;
    /** Another origin of the same site: cookies go with credentials. */
    crossOriginSameSite: string;
    /** `SEED=n` repeats a random run of which a failure tells. */
    seed: number | undefined;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await createTestServer(createApp());
  project.provide('sameOrigin', '');
  project.provide('crossOrigin', server.origin);
  project.provide('crossOriginSameSite', server.origin.replace('127.0.0.1', 'localhost'));
  project.provide('seed', process.env.SEED === undefined ? undefined : Number(process.env.SEED));
  return () => server.close();
}
