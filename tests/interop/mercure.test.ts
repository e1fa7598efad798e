import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { SseClient } from 'ssekit';
import { nodeFeed } from './feed.ts';
import { History, wire, type HistoryEvent } from './history.ts';
import { speaksWith } from './suite.ts';

/**
 * A double that follows the Mercure specification: topics and the last event ID in the query, a
 * token, its own IDs, and a response header with the ID it continued after.
 */

const TOPIC = 'https://example.com/prices/1';
const TOKEN = 'token';
const PREFIX = 'urn:uuid:5e94c686-2c0b-4f9b-958c-';

const toUrn = ({ id, ...event }: HistoryEvent): HistoryEvent => ({
  ...event,
  id: PREFIX + id.padStart(12, '0'),
});

function createHub(history: History, header: string) {
  const app = express();
  app.get('/events', (request, response) => {
    if (request.get('Authorization') !== `Bearer ${TOKEN}`) {
      response.status(401).end();
      return;
    }
    const { searchParams } = new URL(request.url, 'http://hub');
    if (!searchParams.getAll('topic').includes(TOPIC)) {
      response.status(400).end();
      return;
    }
    const asked = request.get('Last-Event-ID') ?? searchParams.get('lastEventID') ?? '';
    const id = asked === '' ? '' : String(Number(asked.slice(PREFIX.length)));
    response.set('Content-Type', 'text/event-stream');
    if (id !== '') response.set(header, history.has(id) ? asked : 'earliest');
    response.flushHeaders();
    const leave = history.follow(id, (event) => response.write(wire(toUrn(event))));
    response.on('close', leave);
  });
  return createServer(app);
}

const query = `?${new URLSearchParams({ topic: TOPIC }).toString()}`;
const authorized: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers);
  headers.set('Authorization', `Bearer ${TOKEN}`);
  return fetch(input, { ...init, headers });
};

describe.for(['Last-Event-ID', 'Mercure-Last-Event-ID'])('Mercure (a double)', (header) => {
  speaksWith(header, async () => {
    const history = new History();
    const feed = await nodeFeed(createHub(history, header), history);
    // Uses only the protocol's own header.
    return { ...feed, url: feed.url + query, fetch: authorized, resumed: undefined, neverSaysRetry: true };
  });
});

describe('the client of docs/scaling.md', () => {
  const history = new History(5);
  const server = createHub(history, 'Last-Event-ID');
  const seen: string[] = [];
  let url: URL;

  beforeAll(async () => {
    server.on('request', (request) => seen.push(request.url ?? ''));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/events${query}`);
  });
  afterAll(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });

  test('sends the id in the query, resumes, and tells a gap', async () => {
    const client = new SseClient(url, {
      lastEventIdParam: 'lastEventID',
      headers: { Authorization: `Bearer ${TOKEN}` },
    });
    onTestFinished(() => {
      client.close();
    });
    const told: string[] = [];
    client.onMessage(({ data }) => told.push(data));
    client.onError(({ code }) => told.push(code));
    const tells = (...expected: string[]) =>
      vi.waitFor(() => {
        expect(told).toEqual(expected);
      }, 15_000);
    await vi.waitFor(() => {
      expect(history.open).toBe(1);
    }, 15_000);
    history.publish('message', 'a');
    await tells('a');
    client.close();
    history.publish('message', 'b');
    client.connect();
    await tells('a', 'b');
    client.close();
    for (const data of 'cdefgh') history.publish('message', data);
    client.connect();
    await tells('a', 'b', 'gap', 'd', 'e', 'f', 'g', 'h');
    expect(seen.map((path) => new URL(path, url).searchParams.get('lastEventID'))).toEqual([
      null,
      `${PREFIX}000000000001`,
      `${PREFIX}000000000002`,
    ]);
  });
});
