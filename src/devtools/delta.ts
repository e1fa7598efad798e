/** Where LLM servers put the next piece of text: OpenAI, Anthropic, Gemini, Ollama, and simple ones. */
const PATHS: readonly (readonly (string | number)[])[] = [
  ['choices', 0, 'delta', 'content'],
  ['choices', 0, 'text'],
  ['delta', 'text'],
  ['delta'],
  ['candidates', 0, 'content', 'parts', 0, 'text'],
  ['message', 'content'],
  ['content'],
  ['text'],
  ['token'],
  ['response'],
];

/**
 * The text that an event adds to an answer; `undefined` if it's something else. Data that isn't JSON
 * is text itself.
 */
export function deltaOf(data: string): string | undefined {
  // Letters and digits of a typewriter are text, even if they'd also be JSON.
  if (!/^\s*[{["]/.test(data)) return data;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return data;
  }
  if (typeof value === 'string') return value;
  for (const path of PATHS) {
    const found = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | null)?.[key], value);
    if (typeof found === 'string') return found;
  }
  return undefined;
}
