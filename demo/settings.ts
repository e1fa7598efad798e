/** What the page's own URL can set: `?interval=5&metrics=50&chat=5&numbers=1&session=me&mock=1`. */
export interface Settings {
  /** ms between two characters. */
  readonly interval: number;
  /** ms between two ticks of the dashboard. */
  readonly metricsInterval: number;
  /** ms between two pieces of an answer. */
  readonly chatInterval: number;
  /** ms between two numbers of the soak. */
  readonly numbersInterval: number;
  /** Under this name the server knows the typewriter, so that faults hit it and nobody else. */
  readonly session: string;
  /** Whether the page plays the server too. */
  readonly mock: boolean;
}

export function settingsFrom(search: string): Settings {
  const query = new URLSearchParams(search);
  const ms = (name: string, otherwise: number) => {
    const text = query.get(name) ?? '';
    return /^\d{1,6}$/.test(text) ? Number(text) : otherwise;
  };
  return {
    interval: ms('interval', 300),
    metricsInterval: ms('metrics', 1000),
    chatInterval: ms('chat', 40),
    numbersInterval: ms('numbers', 20),
    // Not randomUUID(): it is missing on plain http, where a demo on the local network lives.
    session: query.get('session') ?? `page-${Math.random().toString(36).slice(2)}`,
    mock: query.get('mock') === '1' || import.meta.env.MODE === 'demo',
  };
}
