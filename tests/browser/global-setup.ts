import type { TestProject } from 'vitest/node';
import { createApp } from '../../demo/server/app.ts';
import { createTestServer } from '../server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /**
     * The demo app and the test routes on the page's own origin. `script()` takes this value
     * unchanged.
     */
    sameOrigin: string;
    /**
     * The same on another origin and another site (127.0.0.1, while the page is on localhost). Only
     * Firefox sends cookies there.
     */
    crossOrigin: string;
    /** Another origin on the same site. Credentialed requests carry cookies. */
    crossOriginSameSite: string;
    /** `SEED=n` repeats the random run that a failure names. */
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
