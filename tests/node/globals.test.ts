import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { beforeAll, expect, test } from 'vitest';
import type * as Ssekit from 'ssekit';

/** Environments that lack some of the web's globals: React Native, mini programs, jsdom. */

const script = (file: string) => readFileSync(new URL(`../../dist/${file}`, import.meta.url), 'utf8');
let checked = '';
let production = '';
beforeAll(() => {
  checked = script('ssekit.iife.js');
  production = script('ssekit.iife.min.js');
});

const response = () =>
  new Response('id: 1\ndata: x\n\n', { headers: { 'content-type': 'text/event-stream' } });

/** Signals as in React Native, without `reason` and `throwIfAborted`. */
class OldAbortController {
  readonly signal = Object.assign(new EventTarget(), { aborted: false });
  abort(): void {
    if (this.signal.aborted) return;
    this.signal.aborted = true;
    this.signal.dispatchEvent(new Event('abort'));
  }
}

const GLOBALS = {
  ...{ EventTarget, Event, MessageEvent, TextDecoder, TextEncoder, Headers, URL, DOMException },
  ...{ AbortController, ReadableStream, Response, performance, console },
  ...{ setTimeout, clearTimeout, setInterval, clearInterval, queueMicrotask },
};

/** Loads the library into its own realm, which has these globals and no others of the web. */
function load(globals: object, build = checked): typeof Ssekit {
  const context = createContext({ ...globals });
  runInContext(build, context);
  return runInContext('ssekit', context) as typeof Ssekit;
}

const fetch = () => Promise.resolve(response());
const url = 'https://example.test/sse';

/** Bytes of this realm, which the library's realm doesn't know. */
const bytes = new TextEncoder().encode('data: x\n\n');

const ways: Record<string, (ssekit: typeof Ssekit) => Promise<unknown>> = {
  async fetchSse({ fetchSse }) {
    return (await fetchSse(url, { fetch, lastEventId: '7' }).next()).value?.data;
  },
  async parseSse({ parseSse }) {
    return (await parseSse(response()).next()).value?.data;
  },
  async SseClient({ SseClient }) {
    const client = new SseClient(url, { fetch, lastEventId: '7' });
    const { data } = await client.once('message');
    client.close();
    return data;
  },
  createSseParser({ createSseParser }) {
    let last: unknown;
    const parser = createSseParser({ message: ({ data }) => (last = data) });
    parser.push(bytes);
    return Promise.resolve(last);
  },
  'createSseParser with text': ({ createSseParser }) => {
    let last: unknown;
    const parser = createSseParser({ message: ({ data }) => (last = data) });
    parser.push('data: x\n\n');
    return Promise.resolve(last);
  },
  FetchEventSource: ({ FetchEventSource }) =>
    new Promise((resolve) => {
      const source = new FetchEventSource(url, { fetch });
      source.onmessage = ({ data }) => {
        source.close();
        resolve(data);
      };
    }),
};

/** Which functions and classes need which globals. All others work without them. */
const NEEDED: Record<string, readonly string[]> = {
  EventTarget: ['FetchEventSource'],
  Event: ['FetchEventSource'],
  MessageEvent: ['FetchEventSource'],
  TextDecoder: ['fetchSse', 'parseSse', 'createSseParser', 'SseClient', 'FetchEventSource'],
  TextEncoder: [],
  Headers: ['fetchSse', 'SseClient', 'FetchEventSource'],
  URL: ['fetchSse', 'SseClient', 'FetchEventSource'],
  DOMException: [],
};

const without = (gone: string) => Object.fromEntries(Object.entries(GLOBALS).filter(([key]) => key !== gone));

test.for(
  Object.entries(NEEDED).flatMap(([gone, needy]) =>
    Object.keys(ways).map((name) => [name, gone, needy.includes(name)] as const),
  ),
)('%s without %s: works, or throws a TypeError that names it (%s)', async ([name, gone, isNeeded]) => {
  const globals = without(gone);
  // The async function turns errors that are thrown at once into rejections.
  const outcome = (async () => ways[name]?.(load(globals)))();
  if (isNeeded) {
    await expect(outcome).rejects.toMatchObject({
      name: 'TypeError',
      message: `There is no ${gone} here: add a polyfill. See ssekit/docs/errors.md#global`,
    });
  } else expect(await outcome).toBe('x');
  // The production build may have another message, but it doesn't wait or retry.
  const inProduction = (async () => ways[name]?.(load(globals, production)))();
  if (isNeeded) await expect(inProduction).rejects.toThrow();
  else expect(await inProduction).toBe('x');
});

test.for(Object.keys(ways))('%s works with signals without reason and throwIfAborted', async (name) => {
  const ssekit = load({ ...GLOBALS, AbortController: OldAbortController });
  expect(await ways[name]?.(ssekit)).toBe('x');
});

test.for([true, false])(
  'a signal without a reason ends a loop with an AbortError (DOMException: %s)',
  async (has) => {
    const ssekit = load(has ? GLOBALS : { ...GLOBALS, DOMException: undefined });
    const controller = new OldAbortController();
    const signal = controller.signal as unknown as AbortSignal;
    const pending = ssekit.parseSse(new ReadableStream<Uint8Array>(), { signal }).next();
    const settled = expect(pending).rejects.toMatchObject({ name: 'AbortError' });
    controller.abort();
    await settled;
    const client = new ssekit.SseClient(url, { fetch, autoConnect: false });
    const once = client.once('message');
    client.connect();
    client.close();
    await expect(once).rejects.toMatchObject({ name: 'AbortError', message: 'The client was closed.' });
  },
);
