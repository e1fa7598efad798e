/** What the page's URL can set: `?interval=5&metrics=50&chat=5&numbers=1&session=me&mock=1`. */
export interface Settings {
  /** Milliseconds between two characters. */
  readonly interval: number;
  /** Milliseconds between two ticks of the dashboard. */
  readonly metricsInterval: number;
  /** Milliseconds between two pieces of an answer. */
  readonly chatInterval: number;
  /** Milliseconds between two numbers of the soak. */
  readonly numbersInterval: number;
  /** The server's name for this typewriter, so that faults hit only this page. */
  readonly session: string;
  /** Whether the page also plays the server. */
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
    chatInterval: ms('chat', 25),
    numbersInterval: ms('numbers', 20),
    // `randomUUID()` doesn't exist on plain http, which demos on a local network use.
    session: query.get('session') ?? `page-${Math.random().toString(36).slice(2)}`,
    mock: query.get('mock') === '1' || /^(demo|site)$/.test(import.meta.env.MODE),
  };
}
