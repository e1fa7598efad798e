import { eventBlock } from './event-block.ts';
import type { Step } from './event-stream.ts';

/** An answer in the chunks of the OpenAI chat completions API. */
export function* answerChunks(answer: string, id: string): Generator<Step> {
  const head = {
    id: `chatcmpl-${id}`,
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

/** A few code points at a time, in varying sizes, as tokens are. */
function* tokens(text: string): Generator<string> {
  const sizes = [2, 1, 4, 3];
  const codePoints = Array.from(text);
  for (let at = 0, turn = 0; at < codePoints.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield codePoints.slice(at, at + size).join('');
    at += size;
  }
}
