/** Doubles of services without a server package. Each stream is as its documentation shows it. */
import type { RequestListener } from 'node:http';

const stream =
  (...events: readonly (readonly [type: string, data: object | string])[]): RequestListener =>
  (request, response) => {
    request.resume();
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    for (const [type, data] of events) {
      const text = typeof data === 'string' ? data : JSON.stringify(data);
      response.write(`${type === '' ? '' : `event: ${type}\n`}data: ${text}\n\n`);
    }
    response.end();
  };

/** An event whose data repeats its type. */
const typed = (type: string, fields: object = {}) => [type, { type, ...fields }] as const;

const texts = ['The sky', ' is', ' blue'];

/** https://platform.openai.com/docs/api-reference/chat-streaming */
export const openAiChat = stream(
  ...texts.map(
    (content) =>
      ['', { object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content } }] }] as const,
  ),
  ['', { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }],
  ['', { choices: [], usage: { total_tokens: 9 } }],
  ['', '[DONE]'],
);

/** https://platform.openai.com/docs/api-reference/responses-streaming */
export const openAiResponses = stream(
  typed('response.created', { response: { id: 'r', status: 'in_progress' } }),
  ...texts.map((delta) => typed('response.output_text.delta', { item_id: 'm', output_index: 0, delta })),
  typed('response.output_text.done', { text: texts.join('') }),
  typed('response.failed', { response: { error: { code: 'server_error', message: 'out of tokens' } } }),
);

/** https://docs.anthropic.com/en/api/messages-streaming */
export const anthropic = stream(
  typed('message_start', { message: { id: 'm', role: 'assistant', content: [] } }),
  typed('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  typed('ping'),
  ...texts.map((text) => typed('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
  typed('content_block_stop', { index: 0 }),
  typed('message_delta', { delta: { stop_reason: 'end_turn' } }),
  typed('message_stop'),
);

/** https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent */
export const gemini: RequestListener = (request, response) => {
  if (request.url?.endsWith(':streamGenerateContent?alt=sse') !== true) response.writeHead(400).end();
  else {
    stream(
      ...texts.map(
        (text) => ['', { candidates: [{ content: { parts: [{ text }], role: 'model' } }] }] as const,
      ),
      ['', { candidates: [{ finishReason: 'STOP' }], usageMetadata: { totalTokenCount: 9 } }],
    )(request, response);
  }
};
