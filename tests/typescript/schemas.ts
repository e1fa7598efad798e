/**
 * Payloads inferred from schemas of three libraries, and what must not compile. Several versions of
 * TypeScript compile it against the published declarations (tests/docs/typescript.test.ts), and,
 * like all tests, it's compiled against `src`.
 */
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { fetchSse, parseSse, SseClient, type MessageIterator, type SseClientOptions } from 'ssekit';

declare const response: Response;

interface Price {
  symbol: string;
  bid: number;
}
/** Compiles only for exactly this type, not for `any`. */
type Same<A, B> = 0 extends 1 & A ? false : [A, B] extends [B, A] ? true : false;
declare function exactly<Expected>(): {
  is<Actual>(value: Actual & (Same<Actual, Expected> extends true ? unknown : never)): void;
};

const schemas = {
  zod: z.object({ symbol: z.string(), bid: z.number() }),
  valibot: v.object({ symbol: v.string(), bid: v.number() }),
  arktype: type({ symbol: 'string', bid: 'number' }),
};
const outputs = {
  zod: z.string().transform((text) => new Date(text)),
  valibot: v.pipe(
    v.string(),
    v.transform((text) => text.length),
  ),
  arktype: type('string.numeric.parse'),
};

export const client = new SseClient('/api/sse', { schemas });
exactly<SseClient<{ zod: Price; valibot: Price; arktype: Price }>>().is(client);
client.on('zod', (event) => {
  exactly<Price>().is(event.data);
});
// @ts-expect-error -- a name without a schema
client.on('zodd', () => undefined);
// @ts-expect-error -- there is no such field
client.on('valibot', (event) => event.data.ask as unknown);

export const transformed = new SseClient('/api/sse', { schemas: outputs, decode: 'text', retry: 3 });
exactly<SseClient<{ zod: Date; valibot: number; arktype: number }>>().is(transformed);

export const part = new SseClient<{ zod: Price; done: string }>('/api/sse', {
  schemas: { zod: schemas.zod },
});
// @ts-expect-error -- a schema of something else
new SseClient<{ zod: Price }>('/api/sse', { schemas: { zod: outputs.zod } });
// @ts-expect-error -- arktype has none
new SseClient<{ zod: Price; arktype: Price }>('/api/sse', { schemas: { zod: schemas.zod } });
// @ts-expect-error -- native sends no headers
new SseClient('/api/sse', { schemas, transport: 'native', headers: {} });

export const options: SseClientOptions<{ zod: Price }> = { schemas: { zod: schemas.zod } };
exactly<SseClient<{ zod: Price }>>().is(new SseClient('/api/sse', options));
exactly<SseClient<{ zod: Price }>>().is(new SseClient('/api/sse', { ...options, retry: 3 }));

exactly<MessageIterator<Price>>().is(fetchSse('/api/chat', { schema: schemas.zod }));
exactly<MessageIterator<number>>().is(fetchSse('/api/chat', { schema: outputs.valibot, decode: 'text' }));
exactly<MessageIterator<Price>>().is(parseSse(response, { schema: schemas.arktype }));
// @ts-expect-error -- the schema brings something else
fetchSse<string>('/api/chat', { schema: schemas.zod });
