import { describe, expect, inject, test } from 'vitest';
import { peers, type Peer } from '../comparison/peers.ts';
import { observe, rows, type Row, type RowName } from '../comparison/rows.ts';
import { table } from '../comparison/table.ts';

/**
 * The libraries of docs/comparison.md against a real server. The table must say what these tests
 * see.
 */

/** Three origins, because a browser opens six connections per origin. */
const origins = [inject('sameOrigin'), inject('crossOrigin'), inject('crossOriginSameSite')] as const;

async function ofEach(see: (peer: Peer, origin: string) => Promise<string>): Promise<Record<string, string>> {
  const verdicts = Object.entries(peers).map(async ([name, peer], i) => {
    return [name, await see(peer, origins[i % origins.length] ?? '')] as const;
  });
  return Object.fromEntries(await Promise.all(verdicts));
}

/** In these rows, no connection stays open while others wait. */
const together: readonly RowName[] = ['unavailable', 'retryAfter', 'unauthorized', 'status'];

describe('what a server sees', () => {
  const all = Object.entries(rows) as [RowName, Row][];
  const see = async ([name, row]: [RowName, Row]) => {
    expect(await ofEach((peer, origin) => observe(origin, row, peer))).toEqual(table[name]);
  };
  const options = { timeout: 30_000 };
  test.concurrent.for(all.filter(([name]) => together.includes(name)))('%s', options, see);
  test.for(all.filter(([name]) => !together.includes(name)))('%s', options, see);
});

test('what can be looped over', async () => {
  const deaf = { event: () => undefined, failure: () => undefined };
  const seen = await ofEach((peer) => {
    const opened = peer.open(`${location.origin}/test/none`, {}, deaf);
    opened.close();
    return Promise.resolve(Symbol.asyncIterator in opened.source ? 'yes' : 'no');
  });
  expect(seen).toEqual(table.loop);
});
