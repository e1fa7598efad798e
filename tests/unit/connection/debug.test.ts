// @vitest-environment jsdom
import { afterEach, describe, expect, test, vi } from 'vitest';
import { SseClient, type SseClientOptions } from 'ssekit';
import { mockSse } from 'ssekit/testing';
import { flush, recordErrors, reportError, stopClock } from '../setup.ts';

stopClock();
recordErrors();
afterEach(() => {
  vi.restoreAllMocks();
});

/** A client that's refused once, opens, gets an event full of secrets, and is closed. */
async function run(debug: SseClientOptions['debug'], listen: (client: SseClient) => void = () => undefined) {
  const server = mockSse();
  const client = new SseClient('/sse?token=secret-query', {
    fetch: server.fetch,
    headers: { Authorization: 'Bearer secret-header' },
    retry: { jitter: false },
    debug,
  });
  listen(client);
  const heard: string[] = [];
  client.onMessage(({ data }) => heard.push(data));
  client.on('tick', ({ data }) => heard.push(data));
  await flush();
  const refused = await server.next();
  refused.open({ status: 503, headers: { 'retry-after': '2', 'x-secret': 'secret-response' } });
  refused.send('secret-body');
  refused.end();
  await vi.advanceTimersByTimeAsync(2000);
  const stream = await server.next();
  stream.send({ event: 'tick', id: '7', data: 'secret-data' });
  stream.send({ data: 'secret-data' });
  await flush();
  client.close();
  return heard;
}

const steps = [
  'ssekit connecting',
  'ssekit connecting over fetch',
  'ssekit reconnecting over fetch, failures 1, next attempt in 2000 ms',
  'ssekit error http, will retry: The server answered 503.',
  'ssekit reconnecting over fetch, failures 1',
  'ssekit open over fetch, failures 1',
  'ssekit opened over fetch, status 200',
  'ssekit event tick, id 7, 11 characters',
  'ssekit open over fetch',
  'ssekit event message, id 7, 11 characters',
  'ssekit closed',
];

describe('debug', () => {
  test('tells every step in a line, and no secret: neither data, header, body nor URL', async () => {
    const lines: string[] = [];
    expect(await run((line) => lines.push(line))).toEqual(['secret-data', 'secret-data']);
    expect(lines).toEqual(steps);
  });

  test('true goes to console.debug', async () => {
    const lines = vi.spyOn(console, 'debug').mockReturnValue(undefined);
    await run(true);
    expect(lines.mock.calls.flat()).toEqual(steps);
  });

  test.for([false, undefined])('%s tells nothing', async (debug) => {
    const lines = vi.spyOn(console, 'debug').mockReturnValue(undefined);
    await run(debug);
    expect(lines).not.toHaveBeenCalled();
  });

  test('tells of a payload that could not be decoded, without the payload', async () => {
    const server = mockSse();
    const lines: string[] = [];
    const client = new SseClient<{ tick: object }>('/sse', {
      fetch: server.fetch,
      decode: { tick: 'json' },
      debug: (line) => lines.push(line),
    });
    client.on('tick', () => undefined);
    await flush();
    (await server.next()).send({ event: 'tick', data: '{secret' });
    await flush();
    client.close();
    expect(lines).toContain(
      'ssekit error decode, will retry: The data of an event "tick" could not be decoded.',
    );
    expect(lines.join()).not.toContain('secret');
  });

  test('tells a step before those who listen hear of it', async () => {
    const order: string[] = [];
    await run(
      (line) => order.push(line.split(',', 1).join()),
      (client) => {
        client.onOpen(() => order.push('onOpen'));
        client.on('tick', () => order.push('tick'));
      },
    );
    expect(order.indexOf('onOpen')).toBe(order.indexOf('ssekit opened over fetch') + 1);
    expect(order.indexOf('tick')).toBe(order.indexOf('ssekit event tick') + 1);
  });

  test('names an option that does not exist, and events that nobody can hear', async () => {
    const server = mockSse();
    const lines: string[] = [];
    const options = {
      fetch: server.fetch,
      header: { a: 'secret' },
      debug: (line: string) => lines.push(line),
    };
    const client = new SseClient('/sse', options);
    client.on('tikc', () => undefined);
    client.on('news ', () => undefined);
    const exchange = await server.next();
    exchange.send({ event: 'tick', data: 'secret' });
    exchange.send({ event: 'news ', data: 'secret' });
    exchange.send({ id: '7' });
    await flush();
    client.close();
    expect(lines[0]).toBe("ssekit there's no option header: did you mean headers?");
    expect(lines).toContain('ssekit event tick, id none, 6 characters, nobody listens');
    expect(lines).toContain('ssekit event news , id none, 6 characters, spaces around its name');
    expect(lines).toContain('ssekit block without data, id 7');
    expect(lines.join()).not.toContain('secret');
  });

  test('a function that throws is reported, and the stream goes on', async () => {
    const bug = new Error('a bug');
    const heard = await run(() => {
      throw bug;
    });
    expect(heard).toEqual(['secret-data', 'secret-data']);
    expect(reportError.mock.calls).toEqual(steps.map(() => [bug]));
  });
});
