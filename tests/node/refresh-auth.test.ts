import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  FetchEventSource,
  fetchSse,
  SseClient,
  type FetchSseInit,
  type SseError,
  type RefreshAuth,
  type SseClientOptions,
  type SseState,
} from 'ssekit';

/**
 * `refreshAuth` over real sockets, with a server that rotates refresh tokens: each works once, and
 * using one twice logs the user out.
 */

interface Recorded {
  readonly method: string | undefined;
  readonly authorization: string | undefined;
  readonly lastEventId: string | undefined;
  readonly body: string;
  readonly time: number;
}

class AuthServer {
  readonly requests: Recorded[] = [];
  /** Requests to renew the token. */
  renewals = 0;
  isLoggedOut = false;
  /** Statuses that the server sends before it looks at the token. */
  statuses: number[] = [];
  origin = '';
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #streams = new Set<ServerResponse>();
  /** Ends the streams and refuses their token from now on. */
  expire(): void {
    this.access += 1;
    for (const stream of this.#streams) stream.end();
  }
  /** The number in the current access token. */
  access = 1;
  #refresh = 1;

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString();
    if (request.url === '/renew') {
      this.renewals += 1;
      if (this.isLoggedOut || body !== String(this.#refresh)) {
        this.isLoggedOut = true;
        response.writeHead(400).end();
        return;
      }
      this.#refresh += 1;
      this.access += 1;
      response.end(JSON.stringify({ access: this.access, refresh: this.#refresh }));
      return;
    }
    const { authorization, 'last-event-id': id } = request.headers;
    const lastEventId = [id].flat()[0];
    this.requests.push({ method: request.method, authorization, lastEventId, body, time: performance.now() });
    const status = this.statuses.shift();
    if (status !== undefined || authorization !== `Bearer ${this.access}`) {
      response.writeHead(status ?? 401).end('no');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`id: ${this.access}\ndata: ${body || 'hello'}\n\n`);
    if (request.method === 'GET') this.#streams.add(response);
    else response.end();
  }
}

let server: AuthServer;
const closing: (() => void)[] = [];

beforeEach(async () => {
  server = new AuthServer();
  await server.listen();
});
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await server.close();
});

function withResolvers() {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** What a page stores for a user whose access token has expired. */
function session() {
  const tokens = { access: 0, refresh: 1 };
  const errors: SseError[] = [];
  const refreshAuth = vi.fn<RefreshAuth>(async (error) => {
    errors.push(error);
    const response = await fetch(`${server.origin}/renew`, { method: 'POST', body: String(tokens.refresh) });
    if (!response.ok) throw new Error('logged out');
    Object.assign(tokens, await response.json());
  });
  return { refreshAuth, errors, headers: () => ({ Authorization: `Bearer ${tokens.access}` }) };
}

/** A client, and everything it reports. */
function connect(options: SseClientOptions) {
  const client = new SseClient(`${server.origin}/sse`, options);
  closing.push(() => {
    client.close();
  });
  const data: string[] = [];
  const errors: SseError[] = [];
  const statuses: SseState['status'][] = [];
  client.onMessage((message) => data.push(message.data));
  client.onError((error) => errors.push(error));
  client.onStateChange(({ status }) => statuses.push(status));
  return {
    client,
    data,
    errors,
    statuses,
    received: (count: number) =>
      vi.waitFor(() => {
        expect(data).toHaveLength(count);
      }, 5000),
    reaches: (status: SseState['status']) =>
      vi.waitFor(() => {
        expect(client.status).toBe(status);
      }, 5000),
  };
}

const sent = () => server.requests.map(({ authorization }) => authorization);
const quickly = { retryInterval: 100, retry: { jitter: false, factor: 1 } } as const;

describe('SseClient', () => {
  test('a 401 calls it, and the request is made again at once with new headers; nothing is reported', async () => {
    const { refreshAuth, errors, headers } = session();
    const { client, received, statuses, ...reported } = connect({
      headers,
      refreshAuth,
      retryInterval: 60_000,
    });
    await received(1);
    expect(sent()).toEqual(['Bearer 0', 'Bearer 2']);
    expect(errors).toMatchObject([{ code: 'http', status: 401, body: 'no' }]);
    expect(reported.errors).toEqual([]);
    expect(statuses).not.toContain('reconnecting');
    expect(client.getSnapshot()).toMatchObject({ status: 'open', failures: 0, error: undefined });
  });

  test('a 401 to the second request is final, and reported once', async () => {
    const refreshAuth = vi.fn();
    const { reaches, errors } = connect({ headers: { Authorization: 'Bearer x' }, refreshAuth, ...quickly });
    await reaches('closed');
    expect(errors).toMatchObject([{ code: 'http', status: 401, failures: 1, willRetry: false }]);
    expect(refreshAuth).toHaveBeenCalledOnce();
    expect(sent()).toEqual(['Bearer x', 'Bearer x']);
  });

  test('a 401 after another failure calls it again: an outage may outlast a token', async () => {
    const { refreshAuth, headers } = session();
    server.statuses = [401, 503, 401];
    const { received, errors } = connect({ headers, refreshAuth, ...quickly });
    await received(1);
    expect(errors).toMatchObject([{ status: 503, failures: 1, willRetry: true }]);
    expect(refreshAuth).toHaveBeenCalledTimes(2);
    expect(server.isLoggedOut).toBe(false);
  });

  test('after a stream has opened it is called again, and the stream is resumed after its last ID', async () => {
    const { refreshAuth, headers } = session();
    const { received, errors } = connect({ headers, refreshAuth, ...quickly });
    await received(1);
    server.expire();
    await received(2);
    expect(refreshAuth).toHaveBeenCalledTimes(2);
    expect(sent()).toEqual(['Bearer 0', 'Bearer 2', 'Bearer 2', 'Bearer 4']);
    expect(server.requests.map(({ lastEventId }) => lastEventId)).toEqual([undefined, undefined, '2', '2']);
    expect(errors.map(({ code }) => code)).toEqual(['network']);
  });

  test('connect() after the end may call it again', async () => {
    const refreshAuth = vi.fn();
    const { client, reaches } = connect({ headers: {}, refreshAuth, ...quickly });
    await reaches('closed');
    client.connect();
    await reaches('connecting');
    await reaches('closed');
    expect(refreshAuth).toHaveBeenCalledTimes(2);
  });

  test('any other answer, or none, does not call it', async () => {
    const refreshAuth = vi.fn();
    server.statuses = [503, 429, 403];
    const { reaches } = connect({ headers: {}, refreshAuth, ...quickly });
    await reaches('closed');
    expect(refreshAuth).not.toHaveBeenCalled();
    expect(server.requests).toHaveLength(3);
  });

  test.for<[string, () => Promise<void>]>([
    ['rejects', () => Promise.reject(new Error('offline'))],
    [
      'throws',
      () => {
        throw new Error('offline');
      },
    ],
  ])('if it %s, the attempt has failed with its reason, and is retried by the policy', async ([, fails]) => {
    const { refreshAuth, headers } = session();
    const renew = refreshAuth.getMockImplementation();
    let calls = 0;
    const { received, errors, statuses } = connect({
      headers,
      refreshAuth: (error) => (calls++ < 2 ? fails() : renew?.(error)),
      ...quickly,
    });
    await received(1);
    expect(errors.map(({ code, failures, willRetry }) => [code, failures, willRetry])).toEqual([
      ['failed', 1, true],
      ['failed', 2, true],
    ]);
    expect(errors[0]?.cause).toMatchObject({ message: 'offline' });
    expect(statuses).toContain('reconnecting');
    expect(sent()).toEqual(['Bearer 0', 'Bearer 0', 'Bearer 0', 'Bearer 2']);
  });

  test('if it takes longer than openTimeout, the attempt has failed', async () => {
    const { reaches, errors } = connect({
      headers: {},
      refreshAuth: () => new Promise(() => undefined),
      openTimeout: 200,
      retry: false,
    });
    await reaches('closed');
    expect(errors).toMatchObject([{ code: 'timeout' }]);
  });

  test('close() while it runs makes no second request', async () => {
    const { promise, resolve: renewed } = withResolvers();
    const refreshAuth = vi.fn(() => promise);
    const { client } = connect({ headers: {}, refreshAuth });
    await vi.waitFor(() => {
      expect(refreshAuth).toHaveBeenCalledOnce();
    });
    client.close();
    renewed();
    const { refreshAuth: another, headers } = session();
    await connect({ headers, refreshAuth: another }).received(1);
    expect(sent()).toEqual([undefined, 'Bearer 0', 'Bearer 2']);
  });

  test('a POST is sent again, since the server refused it, and once', async () => {
    const { refreshAuth, headers } = session();
    const { reaches, data, errors } = connect({ headers, refreshAuth, json: { prompt: '你好' } });
    await reaches('closed');
    expect(data).toEqual(['{"prompt":"你好"}']);
    expect(errors).toEqual([]);
    expect(server.requests.map(({ method, body, authorization }) => [method, body, authorization])).toEqual([
      ['POST', '{"prompt":"你好"}', 'Bearer 0'],
      ['POST', '{"prompt":"你好"}', 'Bearer 2'],
    ]);
  });

  test('a stream as body cannot be sent twice: the attempt fails, and is final', async () => {
    const { refreshAuth, headers } = session();
    const body = new Blob(['once']).stream();
    const { reaches, data, errors } = connect({ headers, refreshAuth, method: 'POST', body });
    await reaches('closed');
    expect(data).toEqual([]);
    expect(errors).toMatchObject([{ willRetry: false }]);
    expect(sent()).toEqual(['Bearer 0']);
  });

  test('a function that makes a stream as body is asked anew', async () => {
    const { refreshAuth, headers } = session();
    const body = () => new Blob(['anew']).stream();
    const { reaches, data } = connect({ headers, refreshAuth, method: 'POST', body });
    await reaches('closed');
    expect(data).toEqual(['anew']);
  });
});

describe('three at once, with one refreshAuth', () => {
  test('clients never use a refresh token twice, so nobody is logged out', async () => {
    const { refreshAuth, headers } = session();
    const clients = [1, 2, 3].map(() => connect({ headers, refreshAuth, ...quickly }));
    await Promise.all(clients.map(({ received }) => received(1)));
    expect(server.isLoggedOut).toBe(false);
    expect(clients.map(({ errors }) => errors)).toEqual([[], [], []]);
    server.expire();
    await Promise.all(clients.map(({ received }) => received(2)));
    expect(server.isLoggedOut).toBe(false);
    expect(refreshAuth.mock.calls.length).toBe(server.renewals);
  });

  test('a client, a loop and an EventSource share the call that is in flight', async () => {
    const { refreshAuth, headers } = session();
    const { promise: refused, resolve: release } = withResolvers();
    // Renews after all three were refused, so that the calls overlap.
    const shared = vi.fn<RefreshAuth>(async (error) => {
      await refused;
      await refreshAuth(error);
    });
    let refusals = 0;
    const options = {
      headers,
      refreshAuth: shared,
      // Counts the refusals that were read to the end.
      fetch: async (...args: Parameters<typeof fetch>) => {
        const response = await fetch(...args);
        if (response.ok) return response;
        const { status } = response;
        const body = await response.text();
        refusals += 1;
        return new Response(body, { status });
      },
    };
    const { received } = connect(options);
    const loop = fetchSse(`${server.origin}/sse`, options);
    closing.push(() => void loop.return?.());
    const next = loop.next();
    const source = new FetchEventSource(`${server.origin}/sse`, options);
    closing.push(() => {
      source.close();
    });
    const message = once(source, 'message');
    await vi.waitFor(() => {
      expect(refusals).toBe(3);
    }, 5000);
    release();
    await received(1);
    expect((await next).value?.data).toBe('hello');
    await message;
    expect([shared.mock.calls.length, server.renewals]).toEqual([1, 1]);
    expect(sent().slice(3)).toEqual(['Bearer 2', 'Bearer 2', 'Bearer 2']);
  });

  test('each is refused if the call that they share rejects', async () => {
    const refreshAuth = vi.fn(() => Promise.reject(new Error('offline')));
    const clients = [1, 2, 3].map(() => connect({ headers: {}, refreshAuth, retry: false }));
    await Promise.all(clients.map(({ reaches }) => reaches('closed')));
    expect(clients.map(({ errors }) => errors.map(({ code }) => code))).toEqual([
      ['failed'],
      ['failed'],
      ['failed'],
    ]);
  });

  test('clients with functions of their own do not share', async () => {
    const calls = [vi.fn(), vi.fn()];
    const clients = calls.map((refreshAuth) => connect({ headers: {}, refreshAuth }));
    await Promise.all(clients.map(({ reaches }) => reaches('closed')));
    for (const call of calls) expect(call).toHaveBeenCalledOnce();
  });
});

describe('fetchSse', () => {
  const read = async (init: FetchSseInit) => {
    const data: string[] = [];
    for await (const message of fetchSse(`${server.origin}/sse`, init)) data.push(message.data);
    return data;
  };

  test('a POST that is answered 401 is sent again with new headers', async () => {
    const { refreshAuth, headers } = session();
    expect(await read({ headers, refreshAuth, json: [1] })).toEqual(['[1]']);
    expect(server.requests.map(({ body, authorization }) => [body, authorization])).toEqual([
      ['[1]', 'Bearer 0'],
      ['[1]', 'Bearer 2'],
    ]);
  });

  test('a 401 to the second request rejects the loop', async () => {
    const refreshAuth = vi.fn();
    const loop = read({ headers: {}, refreshAuth, json: 1 });
    await expect(loop).rejects.toMatchObject({ code: 'http', status: 401 });
    expect(refreshAuth).toHaveBeenCalledOnce();
    expect(server.requests).toHaveLength(2);
  });

  test('the loop rejects with what it throws', async () => {
    const loop = read({ refreshAuth: () => Promise.reject(new Error('offline')) });
    await expect(loop).rejects.toThrow('offline');
    expect(server.requests).toHaveLength(1);
  });

  test('leaving the loop while it runs ends the loop, and makes no second request', async () => {
    const { promise: called, resolve: call } = withResolvers();
    const { promise: renewed, resolve: renew } = withResolvers();
    const loop = fetchSse(`${server.origin}/sse`, {
      refreshAuth: () => {
        call();
        return renewed;
      },
    });
    const next = loop.next();
    await called;
    await loop.return?.();
    expect((await next).done).toBe(true);
    renew();
    const { refreshAuth, headers } = session();
    await connect({ refreshAuth, headers }).received(1);
    expect(sent()).toEqual([undefined, 'Bearer 0', 'Bearer 2']);
  });
});

describe('FetchEventSource', () => {
  function open(init: ConstructorParameters<typeof FetchEventSource>[1]) {
    const source = new FetchEventSource(`${server.origin}/sse`, init);
    closing.push(() => {
      source.close();
    });
    const log: string[] = [];
    source.onopen = () => log.push('open');
    source.onerror = () => log.push(`error ${source.readyState}`);
    source.onmessage = ({ data }) => log.push(String(data));
    return {
      log,
      reaches: (entry: string) =>
        vi.waitFor(() => {
          expect(log).toContain(entry);
        }, 5000),
    };
  }

  test('a 401 is not an error: the request is made again with new headers', async () => {
    const { refreshAuth, headers } = session();
    const { log, reaches } = open({ headers, refreshAuth });
    await reaches('hello');
    expect(log).toEqual(['open', 'hello']);
    expect(sent()).toEqual(['Bearer 0', 'Bearer 2']);
  });

  test('a POST that is answered 401 is sent again', async () => {
    const { refreshAuth, headers } = session();
    const { log, reaches } = open({ headers, refreshAuth, method: 'POST', body: 'x' });
    await reaches('error 2');
    expect(log).toEqual(['open', 'x', 'error 2']);
    expect(server.requests.map(({ body }) => body)).toEqual(['x', 'x']);
  });

  test('a 401 to the second request closes it', async () => {
    const refreshAuth = vi.fn();
    const { log, reaches } = open({ refreshAuth });
    await reaches('error 2');
    expect(log).toEqual(['error 2']);
    expect(refreshAuth).toHaveBeenCalledOnce();
  });

  test('if it rejects, the policy decides: without retry it is closed, with retry it comes back', async () => {
    const first = open({ refreshAuth: () => Promise.reject(new Error('offline')) });
    await first.reaches('error 2');
    const { refreshAuth, headers } = session();
    const renew = refreshAuth.getMockImplementation();
    let calls = 0;
    const second = open({
      headers,
      refreshAuth: (error) => (calls++ === 0 ? Promise.reject(new Error('offline')) : renew?.(error)),
      ...quickly,
    });
    await second.reaches('hello');
    expect(second.log).toEqual(['error 0', 'open', 'hello']);
  });
});
