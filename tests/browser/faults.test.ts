import { server } from 'vitest/browser';
import { describe, expect, inject, test } from 'vitest';
import {
  elsewhereAttempts,
  faults,
  perform,
  withoutUnsure,
  toCompress,
  type Engine,
  type Outcome,
} from '../faults.ts';
import { script } from '../script.ts';

/**
 * Each fault over each transport in a browser. Native behaviour is the browser's own, so the table
 * lists the engines where they differ.
 */

const SAME = inject('sameOrigin');
const CROSS = inject('crossOrigin');

const names = faults('', '', '').map(({ name }) => name);

const engine = server.browser as Engine;

function outcomeHere(outcome: Outcome): string {
  return typeof outcome === 'object' ? outcome[engine] : outcome;
}

async function gzip(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}

const options = {
  fetch: { transport: 'fetch', retryInterval: 100, retry: { jitter: false, factor: 1 } },
  auto: {},
} as const;

// Concurrent, because a row mostly waits for the browser: Firefox may take 5 s before it
// reconnects.
describe.for(['native', 'fetch', 'auto'] as const)('over %s', { concurrent: true }, (transport) => {
  test.for(names)('%s', { timeout: 60_000 }, async (name) => {
    const elsewhere = await script(CROSS, elsewhereAttempts);
    const table = faults(await gzip(toCompress), location.origin, elsewhere.url);
    const fault = table.find((fault) => fault.name === name);
    if (!fault) throw new Error(`no fault ${name}`);
    const { outcome, problems, ids, maxOpen, times } = await perform(
      SAME,
      (transport === 'native' ? fault.nativeAttempts : undefined) ?? fault.attempts,
      transport === 'native' ? { transport } : { ...options[transport], ...fault.options },
    );
    await elsewhere.release(2);
    await elsewhere.closed();
    expect(withoutUnsure(fault, outcome)).toBe(outcomeHere(fault[transport]));
    expect(problems).toEqual([]);
    expect(maxOpen).toBe(1);
    if (fault.ids) {
      const other = fault.otherIds?.[engine]?.[transport];
      expect(ids).toEqual(other ?? fault.ids);
    }
    if (transport === 'fetch' && fault.minDelay !== undefined) {
      expect((times[1] ?? NaN) - (times[0] ?? NaN)).toBeGreaterThanOrEqual(fault.minDelay - 5);
    }
  });
});
