import { fetchSse, type SseMessage } from 'ssekit';

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
}

/** Asks once, and yields the answer as it comes. The signal, or leaving the loop, cancels the request. */
export async function* answerStream(
  url: string,
  prompt: string,
  signal: AbortSignal,
  seen: (event: SseMessage) => void,
): AsyncGenerator<string> {
  for await (const event of fetchSse(url, { json: { prompt }, until: '[DONE]', signal })) {
    seen(event);
    const { choices } = JSON.parse(event.data) as Chunk;
    yield choices[0]?.delta.content ?? '';
  }
}
