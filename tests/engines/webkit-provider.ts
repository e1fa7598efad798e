/**
 * Vitest's browser mode in stock WebKitGTK, which Playwright can't drive. It opens pages but has no
 * clicks or screenshots.
 */
import { defineBrowserProvider } from '@vitest/browser';
import type { BrowserProvider, BrowserProviderOption } from 'vitest/node';
import { WebKit, type WebKitPrograms } from './webkit-driver.ts';

export function webkitGtk(programs: WebKitPrograms): BrowserProviderOption {
  return defineBrowserProvider({
    name: 'webkitgtk',
    supportedBrowser: ['webkit'],
    options: {},
    providerFactory: () => new WebKitGtkProvider(programs),
  });
}

class WebKitGtkProvider implements BrowserProvider {
  readonly name = 'webkitgtk';
  /** One window, one page at a time. */
  readonly supportsParallelism = false;
  readonly #programs: WebKitPrograms;
  #browser: Promise<WebKit> | undefined;

  constructor(programs: WebKitPrograms) {
    this.#programs = programs;
  }

  getCommandsContext(): Record<string, unknown> {
    return {};
  }

  async openPage(_sessionId: string, url: string): Promise<void> {
    this.#browser ??= WebKit.start(this.#programs);
    await (await this.#browser).open(url);
  }

  async close(): Promise<void> {
    const browser = this.#browser;
    this.#browser = undefined;
    // A browser that never started has cleaned up after itself, and openPage reported the error.
    await browser?.then(
      (started) => started.close(),
      () => undefined,
    );
  }
}
