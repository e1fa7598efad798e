import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { FetchEventSource, fetchSse, SseClient } from 'ssekit';
import type { Feed } from './feed.ts';
import { cellsOf, type Feature } from './table.ts';

/** A delivered event: type and data. */
type Delivered = readonly [string, string];

/** A client that reads, of any kind. */
interface Reader {
  readonly got: Delivered[];
  readonly ids: string[];
  /** How often it opened. */
  opens: number;
  close(): void;
}

const types = ['message', 'tick', 'error', 'end'] as const;

function readWithClient({ url, fetch }: Feed): Reader {
  const client = new SseClient<Record<(typeof types)[number], string>>(url, { fetch, retryInterval: 10 });
  const reader: Reader = {
    got: [],
    ids: [],
    opens: 0,
    close: () => {
      client.close();
    },
  };
  client.onOpen(({ status, transport }) => {
    if (status === 200 && transport === 'fetch') reader.opens++;
  });
  client.onAny(({ type, data, lastEventId }) => {
    reader.got.push([type, data]);
    reader.ids.push(lastEventId);
  });
  return reader;
}

function readWithEventSource({ url, fetch }: Feed): Reader {
  const source = new FetchEventSource(url, { fetch });
  const reader: Reader = {
    got: [],
    ids: [],
    opens: 0,
    close: () => {
      source.close();
    },
  };
  source.onopen = () => {
    reader.opens++;
  };
  for (const type of types) {
    source.addEventListener(type, (event) => {
      if (!(event instanceof MessageEvent)) return;
      const { data, lastEventId } = event as MessageEvent<string>;
      reader.got.push([type, data]);
      reader.ids.push(lastEventId);
    });
  }
  return reader;
}

/** The text as this server writes it into `data`. */
const onWire = ({ asJson }: Feed, data: string) => (asJson ? JSON.stringify(data) : data);

const patience = { timeout: 20_000, interval: 5 };

/** What every server must do for every client. */
export function speaksWith(name: string, start: () => Promise<Feed>): void {
  describe(name, () => {
    let feed: Feed;
    const readers: Reader[] = [];
    /** What has passed, and with how many kinds of client. */
    const passed = new Map<Feature, number>();
    const pass = (feature: Feature) => passed.set(feature, (passed.get(feature) ?? 0) + 1);
    let lost = '✗';

    beforeAll(async () => {
      feed = await start();
    }, 30_000);
    afterAll(() => feed.stop());
    afterEach(async () => {
      for (const reader of readers.splice(0)) reader.close();
      await gone();
    });

    const gone = () => vi.waitFor(async () => { expect(await feed.open()).toBe(0); }, patience); // prettier-ignore
    const opened = (reader: Reader, opens: number) =>
      vi.waitFor(() => {
        expect(reader.opens).toBeGreaterThanOrEqual(opens);
      }, patience);
    const received = (reader: Reader, data: string) =>
      vi.waitFor(() => {
        expect(reader.got.at(-1)?.[1]).toBe(onWire(feed, data));
      }, patience);

    /**
     * Waits until the client is open and the server lists it. Some servers answer before they do.
     */
    const begin = async (read: (feed: Feed) => Reader) => {
      const reader = read(feed);
      readers.push(reader);
      await opened(reader, 1);
      await vi.waitFor(async () => { expect(await feed.open()).toBe(1); }, patience); // prettier-ignore
      return reader;
    };

    describe.for([
      ['SseClient', readWithClient],
      ['FetchEventSource', readWithEventSource],
    ] as const)('%s', ([, read]) => {
      test('opens, and has events by name, with ids and every character', async () => {
        const reader = await begin(read);
        await feed.publish('message', 'without a name');
        await feed.publish('tick', '你好, "two"\nlines 🤔');
        await feed.publish('error', 'of the server, not of the wire');
        await received(reader, 'of the server, not of the wire');
        expect(reader.got).toEqual([
          ['message', onWire(feed, 'without a name')],
          ['tick', onWire(feed, '你好, "two"\nlines 🤔')],
          ['error', onWire(feed, 'of the server, not of the wire')],
        ]);
        expect(new Set(reader.ids).size).toBe(3);
        expect(reader.ids).not.toContain('');
        expect(reader.opens).toBe(1);
        pass('opens');
        pass('names');
      });

      test(
        'resumes after every cut: nothing is lost, doubled or out of order',
        { timeout: 40_000 },
        async () => {
          const reader = await begin(read);
          const sent: Delivered[] = [];
          const publish = async (count: number) => {
            for (let i = 0; i < count; i++) {
              const event = [i % 2 ? 'tick' : 'message', `${sent.length} ${'x'.repeat(i * 50)}`] as const;
              sent.push(event);
              await feed.publish(...event);
            }
          };
          // Where the server sets no reconnection time, the drop-in waits 3 s, so one round is
          // enough.
          const rounds = read === readWithEventSource && feed.neverSaysRetry ? 1 : 4;
          for (let round = 1; round <= rounds; round++) {
            await publish(15);
            if (round === 1) await received(reader, sent.at(-1)?.[1] ?? '');
            // Some of the next events are in transit, some come while no client is connected.
            await Promise.all([publish(15), feed.cut()]);
            await publish(10);
            await opened(reader, round + 1);
          }
          await publish(1);
          await received(reader, sent.at(-1)?.[1] ?? '');
          expect(reader.got).toEqual(sent.map(([type, data]) => [type, onWire(feed, data)]));
          expect(sent).toHaveLength(40 * rounds + 1);
          pass('resumes');
          if (read === readWithClient) lost = `0 of ${sent.length}`;
        },
      );

      test('closes, and the server sees it', async () => {
        const reader = await begin(read);
        reader.close();
        await gone();
        pass('closes');
      });
    });

    test('a gap is told where events are lost that the client was to have, if the server says it, and nowhere else', async () => {
      const { url, fetch, resumed, forget } = feed;
      const client = new SseClient<Record<(typeof types)[number], string>>(url, { fetch, resumed });
      const log: string[] = [];
      const reader: Reader = { got: [], ids: [], opens: 0, close: () => { client.close(); } }; // prettier-ignore
      readers.push(reader);
      client.onOpen(() => reader.opens++);
      client.onAny(({ type, data }) => {
        reader.got.push([type, data]);
        log.push(data);
      });
      client.onError(({ code, willRetry }) => log.push(`${code}${willRetry ? ', and goes on' : ''}`));
      const isThere = async (opens: number) => {
        await opened(reader, opens);
        await vi.waitFor(async () => { expect(await feed.open()).toBe(1); }, patience); // prettier-ignore
      };
      await isThere(1);
      await feed.publish('tick', 'before');
      await received(reader, 'before');
      client.close();
      await gone();
      await feed.publish('tick', 'kept');
      client.connect();
      await received(reader, 'kept');
      expect(log).toEqual(['before', 'kept'].map((data) => onWire(feed, data)));
      client.close();
      await gone();
      if (!forget) return;
      await feed.publish('tick', 'lost');
      forget();
      client.connect();
      await isThere(3);
      await feed.publish('tick', 'after');
      await received(reader, 'after');
      expect(log.slice(2)).toEqual(['gap, and goes on', onWire(feed, 'after')]);
      pass('gap');
    });

    test('fetchSse reads on from an event, and a break ends the stream on the server', async () => {
      const reader = await begin(readWithClient);
      for (const data of ['a', 'b', 'c']) await feed.publish('tick', data);
      await received(reader, 'c');
      reader.close();
      await gone();
      const got: string[] = [];
      const { fetch } = feed;
      for await (const { type, data } of fetchSse(feed.url, { fetch, lastEventId: reader.ids[0] })) {
        got.push(`${type} ${data}`);
        if (data === onWire(feed, 'c')) break;
      }
      expect(got).toEqual(['b', 'c'].map((data) => `tick ${onWire(feed, data)}`));
      await gone();
    });

    test('docs/recipes/servers.md has these marks', () => {
      const mark = (feature: Feature, kinds = 2) => (passed.get(feature) === kinds ? '✓' : '✗');
      const gap = feed.forget ? mark('gap', 1) : 'never';
      // `file > describe … > this test`
      const server = (expect.getState().currentTestName ?? '').split(' > ').slice(0, -1).join(', ');
      expect(cellsOf(server)).toEqual([
        mark('opens'),
        mark('names'),
        mark('resumes'),
        lost,
        mark('closes'),
        gap,
      ]);
    });
  });
}
