import { createServer } from 'node:http';
import express from 'express';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { SseClient, type OpenInfo } from 'ssekit';
import { nodeFeed, type Feed } from './feed.ts';
import { History, wire } from './history.ts';

/** A server that keeps some events only, and says when it has thrown away what a client has missed. */

describe.for<
  [
    string,
    (lastKnown: boolean, id: string) => Record<string, string>,
    ((info: OpenInfo) => boolean) | undefined,
  ]
>([
  ['as a Mercure hub does', (whole, id) => ({ 'Last-Event-ID': whole ? id : 'earliest' }), undefined],
  [
    'with a header of its own',
    (whole) => ({ 'X-History': whole ? 'whole' : 'lost' }),
    ({ headers }) => headers?.get('X-History') !== 'lost',
  ],
])('a server that tells of a gap %s', ([, sign, resumed]) => {
  let feed: Feed;

  beforeAll(async () => {
    const history = new History(5);
    const app = express();
    app.get('/events', (request, response) => {
      const id = request.get('Last-Event-ID');
      response.set('Content-Type', 'text/event-stream');
      if (id) response.set(sign(history.has(id), id));
      response.flushHeaders();
      const leave = history.follow(id, (event) => response.write(wire(event)));
      response.on('close', leave);
    });
    feed = await nodeFeed(createServer(app), history);
  });
  afterAll(() => feed.stop());

  test('is silent while nothing is lost, and heard when something is', async () => {
    const client = new SseClient<{ tick: string }>(feed.url, { resumed });
    onTestFinished(() => {
      client.close();
    });
    const log: string[] = [];
    client.on('tick', ({ data }) => log.push(data));
    client.onError(({ code, willRetry }) => log.push(`${code} ${willRetry ? 'goes on' : ''}`));
    const publish = async (from: number, to: number) => {
      for (let n = from; n <= to; n++) await feed.publish('tick', String(n));
    };
    const heard = (n: number) =>
      vi.waitFor(() => {
        expect(log.at(-1)).toBe(String(n));
      });
    await vi.waitFor(() => {
      expect(client.status).toBe('open');
    });
    await publish(1, 2);
    await heard(2);

    client.close();
    await publish(3, 7);
    client.connect();
    await heard(7);
    expect(log).toEqual(['1', '2', '3', '4', '5', '6', '7']);

    client.close();
    await publish(8, 13);
    client.connect();
    await heard(13);
    expect(log.slice(7)).toEqual(['gap goes on', '9', '10', '11', '12', '13']);
  });
});
