import { BadRequest } from './bad-request.ts';
import { MAX_MS } from './query.ts';

/** What `POST /api/chat` asks: its own short form, or a request of the OpenAI API. */
export interface Question {
  readonly prompt: string;
  /** How many messages the conversation has. */
  readonly sent: number;
  /** How many tokens the conversation has, roughly, if the request asks for the usage. */
  readonly promptTokens: number | undefined;
  /** Milliseconds between two chunks. */
  readonly interval: number | undefined;
}

export function readQuestion(body: unknown): Question {
  if (typeof body !== 'object' || body === null) {
    throw new BadRequest('the body must be JSON, with Content-Type: application/json');
  }
  const given = new Map<string, unknown>(Object.entries(body));
  const messages = given.get('messages');
  const contents = Array.isArray(messages) ? messages.map(contentOf) : [];
  const prompt = given.get('prompt') ?? contents.at(-1);
  if (typeof prompt !== 'string' || prompt.trim() === '') {
    throw new BadRequest('"prompt" must be text, or "messages" a list that ends with { role, content }');
  }
  const interval = given.get('interval');
  const texts = contents.filter((content) => typeof content === 'string');
  return {
    prompt,
    sent: Math.max(1, contents.length),
    promptTokens: wantsUsage(given.get('stream_options'))
      ? [prompt, ...texts.slice(0, -1)].reduce((sum, text) => sum + tokensIn(text), 0)
      : undefined,
    interval: typeof interval === 'number' && interval >= 0 ? Math.min(interval, MAX_MS) : undefined,
  };
}

/** The API sends the usage only if you ask for it. */
function wantsUsage(options: unknown): boolean {
  return (
    typeof options === 'object' &&
    options !== null &&
    'include_usage' in options &&
    options.include_usage === true
  );
}

function contentOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'content' in message
    ? message.content
    : undefined;
}

/** Chunks of this mock have two and a half characters. */
function tokensIn(text: string): number {
  return Math.ceil(Array.from(text).length / 2.5);
}
