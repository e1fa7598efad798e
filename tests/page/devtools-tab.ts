/**
 * Chromium tabs over the plain DevTools protocol. Playwright's tabs all claim to be visible, and a
 * visible tab can't be frozen. Of these tabs only the last one opened is visible, and the others
 * are hidden behind it.
 */
import type { Browser } from 'playwright';

export interface DevtoolsTab {
  send(method: string, params?: object): Promise<unknown>;
  /** A string is an expression. */
  evaluate<T>(run: (() => T | Promise<T>) | string): Promise<T>;
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/**
 * A separate window, with everything that a window shares: storage, locks, channels. Returns a
 * function that opens a tab in it.
 */
export async function openWindow(browser: Browser): Promise<(url: string) => Promise<DevtoolsTab>> {
  const devtools = await browser.newBrowserCDPSession();
  const { browserContextId } = await devtools.send('Target.createBrowserContext');
  return async (url) => {
    const { targetId } = await devtools.send('Target.createTarget', { url, browserContextId });
    const { sessionId } = await devtools.send('Target.attachToTarget', { targetId, flatten: false });
    const pending = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
    devtools.on('Target.receivedMessageFromTarget', (event) => {
      if (event.sessionId !== sessionId) return;
      const { id = 0, result, error } = JSON.parse(event.message) as Answer;
      if (error) pending.get(id)?.reject(new Error(error.message));
      else pending.get(id)?.resolve(result);
      pending.delete(id);
    });
    let last = 0;
    const send = async (method: string, params: object = {}) => {
      const id = ++last;
      const answer = new Promise<unknown>((resolve, reject) => pending.set(id, { resolve, reject }));
      const message = JSON.stringify({ id, method, params });
      await devtools.send('Target.sendMessageToTarget', { sessionId, message });
      return answer;
    };
    return {
      send,
      evaluate: async <T>(run: (() => T | Promise<T>) | string) => {
        const expression = typeof run === 'string' ? run : `(${String(run)})()`;
        const parameters = { expression, returnByValue: true, awaitPromise: true };
        const { result } = (await send('Runtime.evaluate', parameters)) as { result: { value: T } };
        return result.value;
      },
    };
  };
}
