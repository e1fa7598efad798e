/* global AbortController, fetch */
/** What fetch must do in every runtime. Each URL is a scripted stream of its own. */
import { FetchEventSource, fetchSse, parseSse, SseClient } from 'ssekit';

export async function contract(urls) {
  const loop = [];
  for await (const { data } of fetchSse(urls.loop, { json: { prompt: '你好' }, until: '[DONE]' })) {
    loop.push(data);
  }
  const parsed = [];
  for await (const { data } of parseSse(await fetch(urls.parsed))) parsed.push(data);

  const client = new SseClient(urls.client, { transport: 'fetch', retryInterval: 100 });
  const resumed = [];
  client.onMessage(({ data }) => resumed.push(data));
  await client.once('end');
  client.close();

  const source = new FetchEventSource(urls.source);
  const { data: dispatched } = await new Promise((resolve) => {
    source.addEventListener('price', resolve);
  });
  source.close();

  const refused = await fetchSse(urls.refused)
    .next()
    .catch(({ code, status, body }) => ({ code, status, body }));

  const controller = new AbortController();
  const aborted = fetchSse(urls.aborted, { signal: controller.signal });
  await aborted.next();
  const next = aborted.next().catch(({ name }) => name);
  controller.abort();
  return { loop, parsed, resumed, dispatched, refused, aborted: await next };
}
