/** A mini program: modules in `miniprogram_npm`, a `wx`, and none of the web's globals. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { transformSync } from 'esbuild';
import { vi } from 'vitest';
import type { MiniprogramRequest } from 'ssekit/miniprogram';

type Options = Parameters<MiniprogramRequest>[0];
interface Head {
  readonly statusCode: number;
  readonly header: Readonly<Record<string, string>>;
}

/** One call of `wx.request`, answered by hand. */
export interface Call {
  readonly options: Options;
  readonly abort: () => void;
  readonly head: (head?: Head) => void;
  /** Each byte is a chunk, so characters are cut. */
  readonly bytes: (text: string) => void;
}

const HEAD: Head = { statusCode: 200, header: { 'Content-Type': 'text/event-stream' } };

/** WeChat passes these to each module, as `undefined`. */
const HIDDEN = 'window, document, self, location, navigator, localStorage, XMLHttpRequest, WebSocket';

/** @param folder - Has a folder `miniprogram_npm`, as WeChat's npm build writes it. */
export function createMiniProgram(folder: string, { hasChunks = true } = {}) {
  const calls: Call[] = [];
  const waiting: (() => void)[] = [];
  const console = { log: vi.fn(), warn: vi.fn(), error: vi.fn() };
  let shown = () => undefined;

  const request: MiniprogramRequest = (options) => {
    let onHead: (head: Head) => void = () => undefined;
    let onChunk: (chunk: { readonly data: ArrayBuffer }) => void = () => undefined;
    const late = setTimeout(() => {
      options.fail({ errMsg: 'request:fail timeout' });
    }, options.timeout);
    const abort = vi.fn(() => {
      clearTimeout(late);
    });
    calls.push({
      options,
      abort,
      head: (head = HEAD) => {
        onHead(head);
      },
      bytes: (text) => {
        for (const byte of Buffer.from(text)) onChunk({ data: Uint8Array.of(byte).buffer });
      },
    });
    for (const resolve of waiting.splice(0)) resolve();
    return {
      abort,
      onHeadersReceived: (listener) => (onHead = listener),
      ...(hasChunks ? { onChunkReceived: (listener) => (onChunk = listener) } : {}),
    };
  };

  const wx = {
    // `timeout` is optional in WeChat.
    request: (options: Partial<Pick<Options, 'timeout'>> & Omit<Options, 'timeout'>) =>
      request({ ...options, timeout: options.timeout ?? 60_000 }),
    getStorageSync: (key: string) => `${key} from storage`,
    onAppShow: (listener: () => undefined) => (shown = listener),
  };
  const page = vi.fn();
  const context = createContext({
    ...{ wx, Page: page, console, setTimeout, clearTimeout, setInterval, clearInterval },
  });
  // The language's own, which older base libraries lack.
  runInContext('delete globalThis.BigInt', context);

  const modules = new Map<string, { exports: object }>();
  const find = (from: string, id: string): string => {
    const file = (path: string) =>
      [path, `${path}.js`, join(path, 'index.js')].find(
        (each) => existsSync(each) && statSync(each).isFile(),
      );
    if (id.startsWith('.')) return file(join(dirname(from), id)) ?? '';
    const found = file(join(dirname(from), 'miniprogram_npm', id));
    return found ?? (from.length > folder.length ? find(dirname(from), id) : '');
  };
  const load = (path: string, code: string): object => {
    const module = { exports: {} };
    modules.set(path, module);
    const source = `(function (require, module, exports, ${HIDDEN}) {${code}\n})`;
    const define = runInContext(source, context, { filename: path }) as (...args: unknown[]) => void;
    const require = (id: string) => {
      const file = find(path, id);
      if (!file) throw new Error(`module '${id}' is not defined, in ${path}`);
      return modules.get(file)?.exports ?? load(file, readFileSync(file, 'utf8'));
    };
    define(require, module, module.exports);
    return module.exports;
  };

  return {
    calls,
    console,
    context,
    /** Runs an ES module of the program, as the developer tools compile it. */
    run: (code: string): object =>
      load(join(folder, 'app.js'), transformSync(code, { format: 'cjs', target: 'es2018' }).code),
    /** Call number `count`, once it has been made. */
    call: async (count: number): Promise<Call> => {
      while (calls.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
      const call = calls[count - 1];
      if (!call) throw new Error(`no call ${count}`);
      return call;
    },
    show: () => {
      shown();
    },
    /** What the program has passed to `Page`. */
    page: (): unknown => page.mock.lastCall?.[0],
  };
}
