import type { SseError } from './errors.js';

/**
 * Reports what user code threw, as the DOM does for event listeners: the console, `window.onerror`
 * and error trackers see it, and the stream continues. Node and React Native have no `reportError`.
 * There it goes to the console, because an uncaught exception would end the process.
 */
export function report(error: unknown): void {
  const { reportError = console.error } = globalThis as Partial<typeof globalThis>;
  reportError(error);
}

/** Calls user code that must not break the stream. */
export function guard<T>(callback: () => T): T | undefined {
  try {
    return callback();
  } catch (error) {
    report(error);
    return undefined;
  }
}

/**
 * What user code threw, for a message. URLs lose their query, which may hold a token. Never throws,
 * though anything can be thrown.
 *
 * @param isBug - Say which kind of error it is, too.
 */
export function describe(thrown: unknown, isBug = false): string {
  try {
    const { message = thrown } = Object(thrown) as Partial<Error>;
    return String(isBug ? thrown : message).replace(/(\/[^\s?#]*)[?#]\S*/g, '$1');
  } catch {
    return 'unknown';
  }
}

/** Writes an error that nobody listens to, with the place where its cure is. */
export function complain(error: SseError): void {
  console.error(`ssekit: ${error.message} ${error.url ?? ''} ${error.help}`, error);
}

/** Whether an error isn't why the stream closed or waits: the state never has it. */
export function isAside({ code }: SseError): boolean {
  return /^(decode|gap|storage|overflow)$/.test(code);
}

/**
 * Whether nobody could notice an error. A state shows that an attempt failed, but not that your
 * function threw: another attempt rarely helps then. Failures of the network that are retried are
 * nobody's mistake, and 204 is no failure.
 *
 * @param isShown - Somebody sees the state.
 */
export function isSilent(error: SseError, isShown: boolean): boolean {
  const { code, willRetry, cause } = error;
  if (isAside(error)) return true;
  return willRetry ? code === 'failed' && cause !== undefined : code !== 'no-content' && !isShown;
}

const hinted = new Set<string>();

/** Gives the developer a hint in the console, once per text. Only builds with checks give any. */
export function hint(text: string): void {
  if (hinted.has(text)) return;
  hinted.add(text);
  console.warn(`ssekit: ${text}`);
}
