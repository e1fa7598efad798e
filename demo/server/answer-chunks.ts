import { eventBlock } from './event-block.ts';
import type { Step } from './event-stream.ts';

/**
 * An answer in the chunks of the OpenAI chat completions API.
 *
 * @param promptTokens - If known, the last chunk has no choice but says how many tokens were used.
 */
export function* answerChunks(answer: string, id: string, promptTokens?: number): Generator<Step> {
  const head = {
    id: `chatcmpl-${id}`,
    object: 'chat.completion.chunk',
    created: Math.floor(Date.now() / 1000),
    model: 'ssekit-demo',
  };
  const block = (rest: object) => eventBlock({ data: JSON.stringify({ ...head, ...rest }) });
  const chunk = (delta: object, finish_reason: 'stop' | null = null) =>
    block({ choices: [{ index: 0, delta, finish_reason }] });

  yield { block: chunk({ role: 'assistant', content: '' }), more: true };
  let count = 0;
  for (const content of tokens(answer)) {
    count++;
    yield { block: chunk({ content }) };
  }
  yield { block: chunk({}, 'stop'), more: true };
  if (promptTokens !== undefined) {
    const usage = {
      prompt_tokens: promptTokens,
      completion_tokens: count,
      total_tokens: promptTokens + count,
    };
    yield { block: block({ choices: [], usage }), more: true };
  }
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
