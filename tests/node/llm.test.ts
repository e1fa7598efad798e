import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { fetchSse, SseError, type SseMessage } from 'ssekit';
import { run, snippet } from '../docs/snippets.ts';
import { createTestServer, type TestServer } from '../server.ts';

/** The code of docs/recipes/llm.md against mocks of its wire formats, over real sockets. */

type Ask = (prompt: string, signal?: AbortSignal) => AsyncIterable<string>;

const recipe = (name: string) => run(snippet('docs/recipes/llm.md', name));
const { askOpenAi } = (await recipe('openai')) as { askOpenAi: Ask };
const { askAnthropic } = (await recipe('anthropic')) as { askAnthropic: Ask };
const { patiently } = (await recipe('patience')) as {
  patiently: (ask: () => AsyncIterable<string>, signal?: AbortSignal) => AsyncIterable<string>;
};
const { explain } = (await recipe('explain')) as { explain: (error: SseError) => string };
const { ask: askChecked } = (await recipe('checked')) as { ask: (prompt: string) => Promise<string> };

/** How the API answers each request. The last answer is repeated. */
type Answer = (response: ServerResponse) => void | Promise<void>;

let server: TestServer;
let answers: Answer[] = [];
let requests: { path: string | undefined; token: string | undefined; body: Record<string, unknown> }[] = [];
/** For each request, a promise that settles when the client has left. */
let gone: Promise<void>[] = [];

beforeAll(async () => {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    gone.push(
      new Promise((resolve) => {
        response.once('close', resolve);
      }),
    );
    requests.push({
      path: request.url,
      token: request.headers.authorization,
      body: JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>,
    });
    await (answers.length > 1 ? answers.shift() : answers[0])?.(response);
  };
  server = await createTestServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
});
afterAll(() => server.close());
beforeEach(() => {
  requests = [];
  gone = [];
  // The recipe's URLs are paths, as in a page.
  vi.stubGlobal('location', new URL(server.origin));
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const head = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };

/** Writes in pieces that ignore line and character boundaries. */
async function write(response: ServerResponse, text: string, size = 7): Promise<void> {
  if (!response.headersSent) response.writeHead(200, head);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) {
    await new Promise<void>((resolve) => {
      response.write(bytes.subarray(at, at + size), () => setImmediate(resolve));
    });
  }
}

const refuse =
  (status: number, error: object, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify({ error }));
  };

/** Collects the whole answer, or the text that came before the error. */
async function collect(answer: AsyncIterable<string>): Promise<{ text: string; error?: unknown }> {
  let text = '';
  try {
    for await (const part of answer) text += part;
    return { text };
  } catch (error) {
    return { text, error };
  }
}

const tokens = ['The', ' sky', ' is', ' blue', ': 天空', '是蓝的', ' 🤔', '\n\n"ok"'];
const whole = tokens.join('');

describe('the OpenAI format', () => {
  const chunk = (delta: object, finish_reason: string | null = null) =>
    data({ choices: [{ index: 0, delta, logprobs: null, finish_reason }] });
  const data = (fields: object) =>
    `data: ${JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'gpt-4o-2024-08-06',
      ...fields,
    })}\n\n`;
  const start = chunk({ role: 'assistant', content: '', refusal: null });
  const words = (...contents: string[]) => contents.map((content) => chunk({ content })).join('');
  const stop = chunk({}, 'stop');
  const usage = data({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 } });
  const done = 'data: [DONE]\n\n';

  test('is put together, whatever the bytes come in, up to [DONE]', async () => {
    for (const size of [1, 7, 10_000]) {
      answers = [(response) => write(response, start + words(...tokens) + stop + usage + done, size)];
      expect(await collect(askOpenAi('Why is the sky blue?'))).toEqual({ text: whole });
      // The answer ends at [DONE], although the server never ends the response.
      await gone.at(-1);
    }
    expect(requests[0]).toEqual({
      path: '/v1/chat/completions',
      body: {
        model: 'gpt-4o',
        messages: [{ role: 'user', content: 'Why is the sky blue?' }],
        stream: true,
      },
    });
    expect(requests).toHaveLength(3);
  });

  test('with an error object in the middle throws its message, and the request ends', async () => {
    const message = 'The server had an error while processing your request.';
    answers = [
      (response) =>
        write(
          response,
          `${start}${words('The')}data: ${JSON.stringify({ error: { message, type: 'server_error', param: null, code: null } })}\n\n`,
        ),
    ];
    expect(await collect(askOpenAi('Hi'))).toEqual({ text: 'The', error: new Error(message) });
    await gone[0];
    expect(requests).toHaveLength(1);
  });

  test('that breaks off is no answer: neither cut nor ended before its time', async () => {
    answers = [
      async (response) => {
        await write(response, start + words('The', ' sky'));
        response.destroy();
      },
    ];
    const cut = await collect(askOpenAi('Hi'));
    expect(cut.text).toBe('The sky');
    expect(cut.error).toMatchObject({ name: 'SseError', code: 'network' });

    answers = [
      async (response) => {
        await write(response, start + words('The', ' sky'));
        response.end();
      },
    ];
    expect(await collect(askOpenAi('Hi'))).toMatchObject({
      text: 'The sky',
      error: {
        name: 'SseError',
        code: 'network',
        message: expect.stringContaining('before the event that `until` waits for') as string,
      },
    });
    expect(requests).toHaveLength(2);
  });

  test('is stopped by the button: the loop throws its reason and the server sees it', async () => {
    answers = [(response) => write(response, start + words('The'))];
    const controller = new AbortController();
    const reason = new Error('stop');
    const texts: string[] = [];
    const loop = (async () => {
      for await (const text of askOpenAi('Hi', controller.signal)) {
        texts.push(text);
        controller.abort(reason);
      }
    })();
    await expect(loop).rejects.toBe(reason);
    expect(texts).toEqual(['The']);
    await gone[0];
  });

  test('is shown as it comes, until the button is pressed', async () => {
    answers = [(response) => write(response, start + words(...tokens) + stop + done)];
    const show = async (controller: AbortController, append: (text: string) => void) => {
      const scope = { askOpenAi, controller, output: { append } };
      const { answer } = await run(snippet('docs/recipes/llm.md', 'show'), scope);
      await (answer as (prompt: string) => Promise<void>)('Hi');
    };
    const shown: string[] = [];
    await show(new AbortController(), (text) => shown.push(text));
    expect(shown).toEqual(tokens);

    const button = new AbortController();
    await show(button, (text) => {
      shown.push(text);
      button.abort();
    });
    expect(shown).toEqual([...tokens, tokens[0]]);
    await gone[1];

    answers = [refuse(503, {})];
    await expect(show(new AbortController(), vi.fn())).rejects.toMatchObject({ status: 503 });
  });

  test('with 401 is asked once more, with a fresh token', async () => {
    const refresh = vi.fn(() => Promise.resolve('fresh'));
    const login = () => Promise.resolve('stale');
    const { signedIn } = (await run(snippet('docs/recipes/llm.md', 'token'), { login, refresh })) as {
      signedIn: (prompt: string) => AsyncIterable<SseMessage>;
    };
    const count = async () => {
      let events = 0;
      for await (const { data } of signedIn('Hi')) events += data === '' ? 0 : 1;
      return events;
    };
    answers = [
      refuse(401, {}),
      (response) => write(response, start + words(...tokens) + stop + done),
      refuse(401, {}),
    ];
    expect(await count()).toBeGreaterThan(tokens.length);
    expect(requests.map(({ token }) => token)).toEqual(['Bearer stale', 'Bearer fresh']);
    await expect(count()).rejects.toMatchObject({ status: 401 });
    expect(refresh).toHaveBeenCalledTimes(2);
    expect(requests).toHaveLength(4);
  });

  test('that failed is told to a person in words', () => {
    const words = [
      new SseError('http', '', { status: 429, retryAfter: 20_000 }),
      new SseError('http', '', { status: 401 }),
      new SseError('http', '', { status: 404 }),
      new SseError('timeout', ''),
    ].map(explain);
    expect(words[0]).toContain('20 s');
    expect(words[2]).toBe('The question could not be answered.');
    expect(new Set(words).size).toBe(words.length);
  });

  test('is checked by a schema, whose issues are on the error; the request ends', async () => {
    answers = [(response) => write(response, start + words(...tokens) + stop + usage + done)];
    expect(await askChecked('Hi')).toBe(whole);

    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    answers = [(response) => write(response, start + chunk({ content: 42 }) + words('lost'))];
    const error: unknown = await askChecked('Hi').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'SseError', code: 'decode', event: 'message' });
    const { raw, issues } = error as SseError;
    expect(raw).toContain('"content":42');
    expect(issues).toMatchObject([{ path: ['choices', 0, 'delta', 'content'] }]);
    expect(warn.mock.calls).toEqual([[raw, issues]]);
    warn.mockRestore();
    await gone[1];
  });

  describe('with 429', () => {
    const limit = refuse(
      429,
      { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' },
      { 'retry-after': '0' },
    );
    const fine: Answer = (response) => write(response, start + words(...tokens) + stop + done);

    test('rejects with all that the server said, and is not sent again by itself', async () => {
      answers = [refuse(429, { message: 'Rate limit reached' }, { 'retry-after': '20' }), fine];
      const { error } = await collect(askOpenAi('Hi'));
      expect(error).toBeInstanceOf(SseError);
      expect(error).toMatchObject({
        code: 'http',
        status: 429,
        retryAfter: 20_000,
        body: '{"error":{"message":"Rate limit reached"}}',
      });
      expect(requests).toHaveLength(1);
    });

    test('is asked again by patience, after Retry-After', async () => {
      answers = [limit, limit, fine];
      expect(await collect(patiently(() => askOpenAi('Hi')))).toEqual({ text: whole });
      expect(requests).toHaveLength(3);
    });

    test('exhausts patience after the third time more', async () => {
      answers = [limit];
      const { error } = await collect(patiently(() => askOpenAi('Hi')));
      expect(error).toMatchObject({ status: 429 });
      expect(requests).toHaveLength(4);
    });

    test('ends patience when the button is pressed', async () => {
      answers = [refuse(429, {}, { 'retry-after': '3600' })];
      const reason = new Error('stop');
      const button = new AbortController();
      const ask = async function* () {
        try {
          yield* askOpenAi('Hi', button.signal);
        } finally {
          setTimeout(() => {
            button.abort(reason);
          });
        }
      };
      expect(await collect(patiently(ask, button.signal))).toEqual({ text: '', error: reason });
      expect(requests).toHaveLength(1);
    });

    test('is not like other errors, on which patience does not ask again', async () => {
      answers = [refuse(401, { message: 'Incorrect API key provided' }), fine];
      expect((await collect(patiently(() => askOpenAi('Hi')))).error).toMatchObject({ status: 401 });
      answers = [
        async (response) => {
          await write(response, start + words('The'));
          response.destroy();
        },
        fine,
      ];
      const { text, error } = await collect(patiently(() => askOpenAi('Hi')));
      expect([text, error]).toMatchObject(['The', { code: 'network' }]);
      expect(requests).toHaveLength(2);
    });
  });
});

describe('the Anthropic format', () => {
  const event = (type: string, fields: object = {}) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
  const start =
    event('message_start', {
      message: { id: 'msg_1', type: 'message', role: 'assistant', content: [], stop_reason: null },
    }) + event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
  const words = (...texts: string[]) =>
    texts
      .map((text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }))
      .join('');
  const ping = event('ping');
  const stop =
    event('content_block_stop', { index: 0 }) +
    event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 12 } }) +
    event('message_stop');

  test('is put together from its named events, up to message_stop', async () => {
    const json = event('content_block_delta', {
      index: 1,
      delta: { type: 'input_json_delta', partial_json: '{' },
    });
    for (const size of [1, 7, 10_000]) {
      answers = [(response) => write(response, start + ping + words(...tokens) + json + ping + stop, size)];
      expect(await collect(askAnthropic('Why is the sky blue?'))).toEqual({ text: whole });
      await gone.at(-1);
    }
    expect(requests[0]).toMatchObject({
      path: '/v1/messages',
      body: { max_tokens: 1024, messages: [{ role: 'user', content: 'Why is the sky blue?' }], stream: true },
    });
  });

  test('with `event: error` in the middle throws what it says, and the request ends', async () => {
    const error = event('error', { error: { type: 'overloaded_error', message: 'Overloaded' } });
    answers = [(response) => write(response, start + words('The', ' sky') + error + words('lost'))];
    expect(await collect(askAnthropic('Hi'))).toEqual({
      text: 'The sky',
      error: new Error('overloaded_error: Overloaded'),
    });
    await gone[0];
  });

  test('without message_stop is no answer: neither cut nor ended before its time', async () => {
    for (const [leave, error] of [
      ['destroy', { name: 'SseError', code: 'network' }],
      ['end', { name: 'SseError', code: 'network' }],
    ] as const) {
      answers = [
        async (response) => {
          await write(response, start + words('The'));
          response[leave]();
        },
      ];
      expect(await collect(askAnthropic('Hi'))).toMatchObject({ text: 'The', error });
    }
  });

  test('with 529 is asked again by patience', async () => {
    answers = [
      refuse(529, { type: 'overloaded_error', message: 'Overloaded' }, { 'retry-after': '0' }),
      (response) => write(response, start + words(...tokens) + stop),
    ];
    expect(await collect(patiently(() => askAnthropic('Hi')))).toEqual({ text: whole });
    expect(requests).toHaveLength(2);
  });

  test('comes with its event names', async () => {
    answers = [(response) => write(response, start + ping + words('The') + stop)];
    const types: string[] = [];
    for await (const { type, data } of fetchSse<{ type: string }>('/v1/messages', {
      json: {},
      decode: 'json',
    })) {
      expect(data.type).toBe(type);
      types.push(type);
      if (type === 'message_stop') break;
    }
    expect(types).toEqual([
      'message_start',
      'content_block_start',
      'ping',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
  });
});
