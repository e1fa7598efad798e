import { fetchSse, type FetchSseInit, type SseMessage } from 'ssekit';

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
}

/**
 * Sends one request and yields every event with the text it adds to the answer. Aborting the signal
 * or leaving the loop cancels the request.
 */
export async function* answerStream(
  url: string,
  prompt: string,
  init: Pick<FetchSseInit, 'signal' | 'fetch'>,
): AsyncGenerator<{ event: SseMessage; text: string }> {
  for await (const event of fetchSse(url, { ...init, json: { prompt }, until: '[DONE]' })) {
    const { choices } = JSON.parse(event.data) as Chunk;
    yield { event, text: choices[0]?.delta.content ?? '' };
  }
}
