import { fetchSse, type FetchSseInit } from 'ssekit';

export interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
}

/** A chunk of the OpenAI chat completions API. The last one has no choice, but the usage. */
export interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
  readonly usage?: Usage;
}

/** Sends the conversation with one POST, and yields the chunks of the answer. */
export function completion(
  url: string,
  messages: readonly Message[],
  init: Pick<FetchSseInit, 'signal' | 'fetch'>,
) {
  return fetchSse<Chunk>(url, {
    ...init,
    json: { messages, stream: true, stream_options: { include_usage: true } },
    decode: 'json',
    until: '[DONE]',
  });
}
