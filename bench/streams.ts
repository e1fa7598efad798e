/** The streams that are measured, one block a call. */

/** What chat models send: about 200 bytes an event. */
export const token = (i: number): string =>
  `data: {"id":"chatcmpl-9tXk2","object":"chat.completion.chunk","created":1735689600,"model":"gpt-x",` +
  `"choices":[{"index":0,"delta":{"content":" word${i}"},"logprobs":null,"finish_reason":null}]}\n\n`;

/** What a dashboard is sent: about 80 bytes, with an ID and a type. */
export const tick = (i: number): string =>
  `id: ${i}\nevent: tick\ndata: {"symbol":"ABC","price":${i / 100},"at":1735689600}\n\n`;

export const repeat = (count: number, block: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => block(i)).join('');
