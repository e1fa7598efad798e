import { randomUUID } from 'node:crypto';
import { answerTo } from './answer.ts';
import { answerChunks } from './answer-chunks.ts';
import { BadRequest } from './bad-request.ts';
import { streamEvents } from './event-stream.ts';
import type { StreamHandler } from './gate.ts';
import { MAX_MS, queryMs } from './query.ts';

/** `POST /api/chat`: an answer in the chunks of the OpenAI chat completions API. */
export const chat: StreamHandler = (req, res) => {
  const { prompt, interval } = readQuestion(req.body);
  streamEvents(res, answerChunks(answerTo(prompt), randomUUID()), {
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
    interval: typeof interval === 'number' && interval >= 0 ? Math.min(interval, MAX_MS) : undefined,
  };
}

function lastContent(messages: unknown): unknown {
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  return typeof last === 'object' && last !== null && 'content' in last ? last.content : undefined;
}
