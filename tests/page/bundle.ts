import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** The library as a plain script, which makes `ssekit` a global. */
export async function bundle(): Promise<string> {
  const result = await build({
    root: fileURLToPath(new URL('../../', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    build: { write: false, lib: { entry: 'src/index.ts', formats: ['iife'], name: 'ssekit' } },
  });
  for (const built of [result].flat()) if ('output' in built) return built.output[0].code;
  throw new Error('nothing was built');
}
