/**
 * What an application does with ssekit, and what must not compile. Several versions of TypeScript
 * compile it against the published declarations (tests/docs/typescript.test.ts), and, like all
 * tests, it's compiled against `src`.
 */
import {
  FetchEventSource,
  fetchSse,
  parseSse,
  ReadyState,
  SseClient,
  type FetchSseInit,
  type SseError,
  type MessageIterator,
  type SseClientOptions,
  type SseMessage,
  type SseState,
  type Transport,
} from 'ssekit';
import { MockEventSource, mockSse } from 'ssekit/testing';

declare const response: Response;
declare const output: { textContent: string | null };

interface Price {
  symbol: string;
  bid: number;
}
interface Events {
  price: Price;
  done: string;
}

/** Compiles only for exactly this type, not for `any`. */
interface Exactly<Expected> {
  is<Actual>(value: Actual & (Same<Actual, Expected> extends true ? unknown : never)): void;
}
type Same<A, B> = 0 extends 1 & A ? false : [A, B] extends [B, A] ? true : false;
declare const exactly: {
  readonly text: Exactly<string>;
  readonly number: Exactly<number>;
  readonly date: Exactly<Date>;
  readonly price: Exactly<Price>;
  readonly priceEvent: Exactly<SseMessage<Price, 'price'>>;
  readonly error: Exactly<SseError>;
  readonly texts: Exactly<MessageIterator>;
  readonly nextText: Exactly<SseMessage | undefined>;
  readonly inferred: Exactly<SseClient<{ price: Price; date: Date }>>;
};

// Standard Schema as its specification defines it, including the parts that ssekit doesn't use.
interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (
      value: unknown,
      options?: { readonly libraryOptions?: Record<string, unknown> | undefined },
    ) => Result<Output> | Promise<Result<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}
type Result<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string;
        readonly path?: readonly PropertyKey[] | undefined;
      }[];
    };
declare const priceSchema: StandardSchemaV1<{ bid: string }, Price>;
declare const dateSchema: StandardSchemaV1<string, Date>;

export const text = new SseClient<{ lol: string; done: string }>('/api/sse');
text.on('lol', (event) => (output.textContent = event.data));
text.onMessage((event) => event.data.length);
text.onError((error) => {
  exactly.error.is(error);
  if (error.code === 'http' && error.status === 401) text.close();
});
text.subscribe((state: SseState) => state.readyState === ReadyState.Open);
// @ts-expect-error -- a name that is not declared
text.on('lo', () => undefined);
// @ts-expect-error -- there is no such code
text.onError((error) => error.code === 'htpp');

export const typed = new SseClient<Events>(new URL('https://example.test/'), {
  decode: { price: 'json' },
  headers: async ({ error }) => Promise.resolve({ authorization: error ? 'new' : 'old' }),
  retry: { limit: 3, shouldRetry: (error) => (error.status === 401 ? true : undefined) },
});
typed.on('price', (event) => {
  exactly.priceEvent.is(event);
});
typed.onAny((event) => {
  if (event.type === 'price') exactly.price.is(event.data);
  else exactly.text.is(event.data);
});
// @ts-expect-error -- the wire brings strings
new SseClient<Events>('/api/sse');
// @ts-expect-error -- native sends no headers
new SseClient('/api/sse', { transport: 'native', headers: {} });
// @ts-expect-error -- there is no such option
new SseClient('/api/sse', { retyr: 3 });

export const inferred = new SseClient('/api/sse', { schemas: { price: priceSchema, date: dateSchema } });
exactly.inferred.is(inferred);
inferred.on('date', (event) => event.data.getTime());
// @ts-expect-error -- a name without a schema
inferred.on('dates', () => undefined);

export async function loops(): Promise<void> {
  for await (const event of typed.events('price', 'done', { limit: 10 })) {
    if (event.type === 'price') exactly.price.is(event.data);
    else exactly.text.is(event.data);
  }
  for await (const event of typed.events()) {
    if (event.type === 'done') exactly.text.is(event.data);
  }
  for await (const { data } of fetchSse('/api/chat', { json: {}, until: '[DONE]' })) {
    exactly.text.is(data);
  }
  for await (const { data } of fetchSse<Price>('/api/chat', { decode: 'json' })) exactly.price.is(data);
  for await (const { data } of fetchSse('/api/chat', { schema: dateSchema })) exactly.date.is(data);
  for await (const { data } of parseSse(response, { decode: (message) => Number(message.data) })) {
    exactly.number.is(data);
  }
  const next = await fetchSse('/api/chat').next();
  exactly.nextText.is(next.value);
  const event = await typed.once('price');
  exactly.price.is(event.data);
  // @ts-expect-error -- the wire brings strings
  fetchSse<Price>('/api/chat');
}

// An inferred type can be named in a declaration file.
export const answer = fetchSse('/api/chat', { schema: priceSchema });
export const unknowns = parseSse(response, { decode: 'json' });
export const iterator: MessageIterator<Price> = answer;
export const iterable: AsyncIterableIterator<SseMessage<Price>> = answer;
export const source = new FetchEventSource('/api/sse', { headers: { authorization: 'token' } });
source.onmessage = (event) => String(event.data);

export const transport: Transport = (request, sink) => {
  sink.open({ url: request.url });
  return undefined;
};
export const options: SseClientOptions = { transport, signal: new AbortController().signal };

export const server = mockSse();
export const mocked = new SseClient('/api/sse', { fetch: server.fetch });
export const doubled = new SseClient('/api/sse', { EventSource: MockEventSource, transport: 'native' });

/** What may hold `json` and `body`, and rarely does, compiles. A literal with both doesn't. */
export function bodies(
  defaults: FetchSseInit,
  file?: string,
  maybe?: { json?: object; body?: string },
): void {
  exactly.texts.is(fetchSse('/api', { ...defaults, json: { file } }));
  exactly.texts.is(fetchSse('/api', { ...defaults, body: 'text' }));
  exactly.texts.is(fetchSse('/api', { ...defaults, json: defaults, body: undefined }));
  exactly.texts.is(fetchSse('/api', { ...(file ? { body: file } : { json: {} }), until: '[DONE]' }));
  exactly.texts.is(fetchSse('/api', { ...(file && { body: file }), ...(!file && { json: {} }) }));
  exactly.texts.is(fetchSse('/api', maybe));
  exactly.texts.is(fetchSse('/api', { json: {}, body: null }));
  exactly.texts.is(fetchSse('/api', { json: undefined, body: 'text' }));
  exactly.texts.is(fetchSse('/api', { json: JSON.parse('{}') as unknown }));
  new SseClient('/api', { ...(file ? { body: file } : { json: {} }), retry: 3 });
  new SseClient('/api', { ...maybe, retry: 3 });
}
export function generic<T>(json: T): T[] {
  fetchSse('/api', { json });
  return [json];
}

/** An option of `undefined` counts as not given. */
export const absent = (signal?: AbortSignal): SseClient =>
  new SseClient('/api/sse', { signal, retry: undefined });
