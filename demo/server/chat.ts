import { randomUUID } from 'node:crypto';
import { answerTo } from './answer.ts';
import { BadRequest } from './bad-request.ts';
import { eventBlock } from './event-block.ts';
import { streamEvents, type Step } from './event-stream.ts';
import type { StreamHandler } from './gate.ts';
import { longest, queryMs } from './query.ts';

/** `POST /api/chat`: an answer in the chunks of the OpenAI chat completions API. */
export const chat: StreamHandler = (req, res) => {
  const { prompt, interval } = readQuestion(req.body);
  streamEvents(res, chunks(answerTo(prompt)), {
    interval: interval ?? queryMs(req, 'interval', 40),
    heartbeat: queryMs(req, 'heartbeat', 15_000),
  });
};

function readQuestion(body: unknown): { prompt: string; interval: number | undefined } {
  if (typeof body !== 'object' || body === null) {
    throw new BadRequest('the body must be JSON, with Content-Type: application/json');
  }
  const prompt = 'prompt' in body ? body.prompt : 'messages' in body ? lastContent(body.messages) : undefined;
  if (typeof prompt !== 'string' || prompt.trim() === '') {
    throw new BadRequest('"prompt" must be text, or "messages" a list that ends with { role, content }');
  }
  const interval = 'interval' in body ? body.interval : undefined;
  return {
    prompt,
    interval: typeof interval === 'number' && interval >= 0 ? Math.min(interval, longest) : undefined,
  };
}

function lastContent(messages: unknown): unknown {
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  return typeof last === 'object' && last !== null && 'content' in last ? last.content : undefined;
}

function* chunks(answer: string): Generator<Step> {
  const head = {
    id: `chatcmpl-${randomUUID()}`,
    object: 'chat.completion.chunk',
    created: Math.floor(Date.now() / 1000),
    model: 'ssekit-demo',
  };
  const chunk = (delta: object, finish_reason: 'stop' | null = null) =>
    eventBlock({ data: JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason }] }) });

  yield { block: chunk({ role: 'assistant', content: '' }), more: true };
  for (const content of tokens(answer)) yield { block: chunk({ content }) };
  yield { block: chunk({}, 'stop'), more: true };
  yield { block: eventBlock({ data: '[DONE]' }) };
}

/** A few code points at a time, and not always as many, as tokens are. */
function* tokens(text: string): Generator<string> {
  const sizes = [2, 1, 4, 3];
  const codePoints = Array.from(text);
  for (let at = 0, turn = 0; at < codePoints.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield codePoints.slice(at, at + size).join('');
    at += size;
  }
}
