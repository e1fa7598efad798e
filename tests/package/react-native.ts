/** React Native's own classes, from its package, in a realm that has no other globals of the web. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build, type Plugin } from 'esbuild';
import { vi } from 'vitest';
import { npm } from './project.ts';

/** Where each global is in the package. Which of them a version has, its setup files say. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  XMLHttpRequest: ['./Libraries/Network/XMLHttpRequest'],
  fetch: ['whatwg-fetch'],
  Headers: ['whatwg-fetch'],
  Request: ['whatwg-fetch'],
  Response: ['whatwg-fetch'],
  URL: ['./Libraries/Blob/URL'],
  URLSearchParams: ['./Libraries/Blob/URL'],
  AbortController: [
    './src/private/webapis/dom/abort-api/AbortController',
    'abort-controller/dist/abort-controller',
  ],
  Event: ['./src/private/webapis/dom/events/Event'],
  EventTarget: ['./src/private/webapis/dom/events/EventTarget'],
};
const SETUPS = ['Libraries/Core/setUpXHR.js', 'src/private/setup/setUpDOM.js'];

/** The scripts that make a realm React Native's, and this package's. */
export interface ReactNative {
  /** The names of the web that this version has. */
  readonly globals: readonly string[];
  readonly setup: string;
  readonly ssekit: string;
}

/** Takes the sources of this version from the registry, and builds them for `node:vm`. */
export async function buildReactNative(folder: string, version: string): Promise<ReactNative> {
  const target = join(folder, version);
  await mkdir(target);
  await npm(folder, ['pack', `react-native@${version}`, '--prefer-offline', '--pack-destination', target]);
  const [tarball = ''] = readdirSync(target);
  // Its dependencies, several hundred packages, aren't needed.
  execFileSync('tar', ['xzf', tarball, 'package/Libraries', 'package/src'], { cwd: target });
  const source = join(target, 'package');

  const setups = SETUPS.map((file) => readFileSync(join(source, file), 'utf8')).join('\n');
  const named = new Set([...setups.matchAll(/polyfillGlobal\(\s*'(\w+)'/g)].map(([, name = '']) => name));
  const globals = Object.keys(PLACES).filter((name) => named.has(name));
  const contents = globals.map((name) => {
    const place = PLACES[name]?.find((path) => setups.includes(path.replace('./', ''))) ?? PLACES[name]?.[0];
    return `{ const found = require('${place ?? ''}'); globalThis.${name} = found.${name} ?? found.default; }`;
  });
  const bundle = async (
    lines: readonly string[],
    resolveDir: string,
    plugins: Plugin[],
    globalName?: string,
  ) => {
    const { outputFiles } = await build({
      stdin: { contents: lines.join('\n'), resolveDir },
      bundle: true,
      write: false,
      format: 'iife',
      ...(globalName ? { globalName } : {}),
      target: 'es2022',
      nodePaths: [join(folder, 'node_modules')],
      define: { __DEV__: 'true', global: 'globalThis' },
      logLevel: 'silent',
      plugins,
    });
    return outputFiles[0]?.text ?? '';
  };
  return {
    globals,
    setup: await bundle(contents, source, [asReactNative(folder)]),
    ssekit: await bundle(["export * from 'ssekit'; export * from 'ssekit/xhr';"], folder, [], 'ssekit'),
  };
}

/** Removes Flow's types, and puts doubles in the place of native modules. */
function asReactNative(folder: string): Plugin {
  const removeTypes = createRequire(join(folder, 'package.json'))('flow-remove-types') as (
    code: string,
    options: { all: boolean },
  ) => { toString: () => string };
  const doubles: Readonly<Record<string, string>> = {
    RCTNetworking: 'globalThis.network',
    NativeBlobModule: 'null',
    BlobManager: '{ isAvailable: false }',
    GlobalPerformanceLogger: '{ startTimespan() {}, stopTimespan() {} }',
    ReactNativeFeatureFlags: '{ enableNativeEventTargetEventDispatching: () => false }',
  };
  return {
    name: 'react-native',
    setup(bundle) {
      const filter = new RegExp(`/(${Object.keys(doubles).join('|')})$`);
      bundle.onResolve({ filter }, ({ path }) => ({
        path: path.split('/').at(-1) ?? '',
        namespace: 'double',
      }));
      bundle.onLoad({ filter: /./, namespace: 'double' }, ({ path }) => ({
        contents: `const double = ${doubles[path] ?? ''}; module.exports = { __esModule: true, ...double, default: double }`,
      }));
      bundle.onLoad({ filter: /package[\\/](?:Libraries|src)[\\/].*\.js$/ }, ({ path }) => ({
        contents: removeTypes(readFileSync(path, 'utf8'), { all: true }).toString(),
        loader: 'jsx',
      }));
    },
  };
}

/**
 * The native side of React Native's XMLHttpRequest: real requests, with events as it sends them. Text
 * comes in pieces, everything else at the end and in base64.
 */
function createNetwork() {
  const listeners = new Map<string, Set<(args: unknown[]) => void>>();
  const controllers: AbortController[] = [];
  const emit = (type: string, ...args: unknown[]) => {
    for (const listener of [...(listeners.get(type) ?? [])]) listener(args);
  };
  const transfer = async (
    id: number,
    url: string,
    init: RequestInit,
    type: string,
    isIncremental: boolean,
  ) => {
    try {
      const response = await fetch(url, init);
      emit(
        'didReceiveNetworkResponse',
        id,
        response.status,
        Object.fromEntries(response.headers),
        response.url,
      );
      const decoder = new TextDecoder();
      let text = '';
      for await (const bytes of response.body ?? []) {
        const more = decoder.decode(bytes, { stream: true });
        text += more;
        if (isIncremental) emit('didReceiveNetworkIncrementalData', id, more, text.length, -1);
      }
      if (!isIncremental) {
        emit('didReceiveNetworkData', id, type === 'base64' ? Buffer.from(text).toString('base64') : text);
      }
      emit('didCompleteNetworkResponse', id, undefined, false);
    } catch (error) {
      if (!init.signal?.aborted) emit('didCompleteNetworkResponse', id, String(error), false);
    }
  };
  return {
    addListener(type: string, listener: (args: unknown[]) => void) {
      const all = listeners.get(type) ?? new Set();
      listeners.set(type, all.add(listener));
      return { remove: () => all.delete(listener) };
    },
    sendRequest(
      ...[method, , url, headers, data, type, isIncremental, , created]: [
        method: string,
        trackingName: unknown,
        url: string,
        headers: Record<string, string>,
        data: string | null | undefined,
        responseType: string,
        incrementalUpdates: boolean,
        timeout: number,
        callback: (id: number) => void,
      ]
    ) {
      const controller = new AbortController();
      const id = controllers.push(controller);
      created(id);
      void transfer(
        id,
        url,
        { method, headers, body: data ?? null, signal: controller.signal },
        type,
        isIncremental && type === 'text',
      );
    },
    abortRequest(id: number) {
      controllers[id - 1]?.abort();
    },
  };
}

/** A new realm with React Native's globals and these, in which ssekit is loaded. */
export function createRealm({ setup, ssekit }: ReactNative, more: object = {}) {
  const console = { log: vi.fn(), warn: vi.fn(), error: vi.fn(), assert: vi.fn() };
  const context = createContext({
    ...{ network: createNetwork(), console, performance, queueMicrotask },
    ...{ setTimeout, clearTimeout, setInterval, clearInterval },
  });
  const run = (code: string): unknown => runInContext(code, context);
  run('globalThis.window = globalThis.self = globalThis;');
  run(setup);
  Object.assign(context, more);
  run(ssekit);
  return { context, console, run };
}
