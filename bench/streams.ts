/** The measured streams. Each function returns one event block. */

/** A chat model's chunk: about 200 bytes per event. */
export const token = (i: number): string =>
  `data: {"id":"chatcmpl-9tXk2","object":"chat.completion.chunk","created":1735689600,"model":"gpt-x",` +
  `"choices":[{"index":0,"delta":{"content":" word${i}"},"logprobs":null,"finish_reason":null}]}\n\n`;

/** A dashboard's event: about 80 bytes, with an ID and an event type. */
export const tick = (i: number): string =>
  `id: ${i}\nevent: tick\ndata: {"symbol":"ABC","price":${i / 100},"at":1735689600}\n\n`;

export const repeat = (count: number, block: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => block(i)).join('');
