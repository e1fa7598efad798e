import { randomUUID } from 'node:crypto';
import { answerTo } from './answer.ts';
import { answerChunks } from './answer-chunks.ts';
import { streamEvents } from './event-stream.ts';
import type { StreamHandler } from './gate.ts';
import { queryMs } from './query.ts';
import { readQuestion } from './question.ts';

/** `POST /api/chat`: an answer in the chunks of the OpenAI chat completions API. */
export const chat: StreamHandler = (req, res) => {
  const { prompt, sent, promptTokens, interval } = readQuestion(req.body);
  streamEvents(res, answerChunks(answerTo(prompt, sent), randomUUID(), promptTokens), {
    interval: interval ?? queryMs(req, 'interval', 40),
    heartbeat: queryMs(req, 'heartbeat', 15_000),
  });
};
