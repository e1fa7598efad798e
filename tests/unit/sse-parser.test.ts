import { expect, onTestFinished, test, vi } from 'vitest';
import { createSseParser, SseClient, type SseError, type SseParserOptions, type Transport } from 'ssekit';

const TEXT = '\uFEFFid: 1\nevent: lol\ndata: 你😀\n\nid: 2\n\nretry: 50\r\n: beat\rdata: b\r\n\rdata: last\n';
const utf8 = new TextEncoder();

function listen(options?: SseParserOptions) {
  const said: unknown[][] = [];
  const parser = createSseParser(
    {
      message: (message) => said.push(['message', message.type, message.data, message.lastEventId]),
      id: (id) => said.push(['id', id]),
      reconnectionTime: (ms) => said.push(['reconnectionTime', ms]),
    },
    options,
  );
  return { said, parser };
}

const SAID = [
  ['message', 'lol', '你😀', '1'],
  ['id', '2'],
  ['reconnectionTime', 50],
  ['message', 'message', 'b', '2'],
];

test.for<[string, (parser: ReturnType<typeof createSseParser>) => void]>([
  [
    'bytes, one at a time',
    (parser) => {
      for (const byte of utf8.encode(TEXT)) parser.push(Uint8Array.of(byte));
    },
  ],
  [
    'an ArrayBuffer',
    (parser) => {
      parser.push(utf8.encode(TEXT).buffer);
    },
  ],
  [
    'a Node buffer',
    (parser) => {
      parser.push(Buffer.from(TEXT));
    },
  ],
  [
    'text, one code unit at a time',
    (parser) => {
      parser.push('');
      for (const unit of TEXT.slice(1).split('')) parser.push(unit);
    },
  ],
])('createSseParser parses %s', ([, feed]) => {
  const { said, parser } = listen();
  feed(parser);
  expect(said).toEqual(SAID);
  // The body ended properly: the last event lacks only its blank line.
  parser.end();
  expect(said).toEqual([...SAID, ['message', 'message', 'last', '2']]);
});

test('createSseParser drops half a line at the end', () => {
  const { said, parser } = listen();
  parser.push('data: a\n\ndata: hal');
  parser.end();
  expect(said).toEqual([['message', 'message', 'a', '']]);
});

test('createSseParser starts with the last event ID and copies the origin', () => {
  const message = vi.fn();
  const parser = createSseParser({ message }, { lastEventId: '7', origin: 'https://example.test' });
  parser.push('data: a\n\n');
  expect(message.mock.calls).toEqual([
    [{ type: 'message', data: 'a', raw: 'a', lastEventId: '7', origin: 'https://example.test' }],
  ]);
});

test('createSseParser throws an overflow past maxEventSize', () => {
  const { parser } = listen({ maxEventSize: 10 });
  expect(() => {
    parser.push(`data: ${'x'.repeat(11)}\n\n`);
  }).toThrow(expect.objectContaining({ name: 'SseError', code: 'overflow' }) as SseError);
});

test('a TransportSink fits as handlers: a custom transport keeps retry: and IDs without data', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const requested: string[] = [];
  const transport: Transport = ({ url, lastEventId, unsentId = lastEventId, maxEventSize }, sink) => {
    requested.push(lastEventId);
    sink.open({ url });
    const parser = createSseParser(sink, { lastEventId: unsentId, maxEventSize });
    for (const chunk of ['retry: 70', '00\nid: 7\n\n']) parser.push(utf8.encode(chunk));
    sink.end();
    return undefined;
  };
  const client = new SseClient('https://example.test/', { transport, retry: { jitter: false } });
  await vi.advanceTimersByTimeAsync(6999);
  expect(client.lastEventId).toBe('7');
  expect(requested).toEqual(['']);
  await vi.advanceTimersByTimeAsync(1);
  expect(requested).toEqual(['', '7']);
  client.close();
});

test('each chunk that is pushed counts as a sign of life, a comment too', () => {
  const received = vi.fn();
  const parser = createSseParser({ message: () => undefined, received });
  parser.push(': beat\n');
  expect(received).toHaveBeenCalledTimes(1);
});
