import { copyFileSync, cpSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { fetchSse } from 'ssekit';
import { freePorts, newFolder, start, type Running } from '../../demo/cluster/process.ts';
import { launchChromium } from '../engines/find.ts';
import { run } from '../engines/machine.ts';
import { Gate } from '../faults/gate.ts';
import { bundle } from '../page/bundle.ts';
import { arrival } from './arrival.ts';
import { ensurePackages } from './debian.ts';
import { languageServers, type LanguageServer } from './languages.ts';
import { startReaders, type Logs, type Readers } from './readers.ts';
import { compareRow } from './table.ts';

/** One check for servers in every language, with every kind of client. */

const LAST = 40;
const patience = { timeout: 30_000, interval: 50 };

let browser: Browser;
let library: string;
/** Where npm has installed npm/package.json. */
let npmFolder: string;

beforeAll(async () => {
  await ensurePackages(languageServers.flatMap(({ packages }) => packages));
  npmFolder = newFolder();
  copyFileSync(new URL('npm/package.json', import.meta.url), join(npmFolder, 'package.json'));
  await execute(npmFolder, ['npm', 'install', '--prefer-offline', '--no-audit', '--no-fund']);
  [browser, library] = await Promise.all([launchChromium(), bundle()]);
}, 600_000);
afterAll(async () => {
  await browser.close();
  rmSync(npmFolder, { recursive: true });
});

/** Runs a program in this folder. */
async function execute(folder: string, command: readonly string[]): Promise<string> {
  const { ok, output } = await run('sh', ['-c', 'cd "$0" && exec "$@"', folder, ...command]);
  if (!ok) throw new Error(`${command.join(' ')} failed:\n${output}`);
  return output;
}

/** Runs a server in a copy of its folder. */
async function serve(
  { file: [folder], build, usesNpm, env = {} }: LanguageServer,
  command: (port: number) => readonly string[],
): Promise<{ running: Running; port: number }> {
  const copy = newFolder();
  cpSync(fileURLToPath(new URL(folder, import.meta.url)), copy, { recursive: true });
  if (usesNpm) {
    writeFileSync(join(copy, 'package.json'), '{ "type": "module" }');
    symlinkSync(join(npmFolder, 'node_modules'), join(copy, 'node_modules'));
  }
  if (build) await execute(copy, build);
  const [port = 0] = await freePorts(1);
  const [program = '', ...args] = command(port);
  const running = await start(program, args, {
    folder: copy,
    ports: [port],
    env: { ...env, PORT: String(port) },
  });
  return { running, port };
}

describe.for(languageServers.map((server) => [server.name, server] as const))('%s', ([, server]) => {
  let running: Running;
  let gate: Gate;
  let origin: string;
  let readers: Readers | undefined;
  const passed = new Set<string>();

  beforeAll(async () => {
    const served = await serve(server, server.command);
    running = served.running;
    gate = new Gate(served.port);
    origin = `http://127.0.0.1:${await gate.open()}`;
  }, 120_000);
  afterEach(async () => {
    await readers?.close();
    readers = undefined;
  });
  afterAll(async () => {
    await gate.shut();
    await running.stop();
  });

  const read = async (token: string) => (readers = await startReaders({ browser, library }, origin, token));
  const until = (condition: (log: readonly string[], kind: string) => void) =>
    vi.waitFor(async () => {
      const logs: Logs = (await readers?.logs()) ?? {};
      expect(Object.keys(logs)).toHaveLength(6);
      for (const [kind, log] of Object.entries(logs)) condition(log, kind);
    }, patience);
  const hasTicks = (count: number) =>
    until((log, kind) => {
      expect(log.length, kind).toBeGreaterThanOrEqual(count);
    });

  test('sends events by name, resumes by ID after 3 cuts, and ends with 204', async () => {
    await read('secret');
    for (const count of [5, 12, 20]) {
      await hasTicks(count);
      await gate.shut();
      await gate.open();
    }
    const ticks = Array.from({ length: LAST }, (_, i) => [i + 1, JSON.stringify({ n: i + 1 })].join(' '));
    await until((log, kind) => {
      expect(
        log.map((line) => line.replaceAll(/: /g, ':')).filter((line) => line !== '204'),
        kind,
      ).toEqual([...ticks, 'closed']);
    });
    passed.add('resumes');
  });

  test('sees that clients leave', async () => {
    const left = () => running.output().match(/left/g)?.length ?? 0;
    // Some servers only notice at the next event that an earlier client has left.
    const before = await vi.waitUntil(async () => {
      const count = left();
      await new Promise((resolve) => setTimeout(resolve, 500));
      return left() === count && { count };
    }, patience);
    await read('secret');
    await hasTicks(1);
    await readers?.close();
    readers = undefined;
    await vi.waitFor(() => {
      expect(left()).toBe(before.count + 6);
    }, patience);
    passed.add('close');
  });

  test('answers 401 to whoever has no token: no client tries again', async () => {
    await read('');
    await until((log, kind) => {
      const hasStatus = /^(auto|fetch)/.test(kind);
      expect(log, kind).toEqual([...(hasStatus ? ['401'] : []), 'closed']);
    });
    passed.add('401');
  });

  test('answers 503 with Retry-After during a deploy: all but native come back', async () => {
    const flag = join(running.folder, 'deploying');
    writeFileSync(flag, '');
    await read('secret');
    await until((log, kind) => {
      if (/^(auto|fetch)/.test(kind)) expect(log[0], kind).toBe('503 after 1000');
      if (kind === 'native') expect(log).toEqual(['closed']);
    });
    rmSync(flag);
    await until((log, kind) => {
      if (kind !== 'native') expect(log, kind).toContainEqual(expect.stringMatching(/^1 /));
    });
    passed.add('503');
  });

  test('answers a POST', async () => {
    const words: string[] = [];
    const options = {
      json: { prompt: 'to be or not' },
      decode: 'json',
      until: server.done ?? '[DONE]',
    } as const;
    for await (const { data } of fetchSse<string>(`${origin}/chat`, options)) words.push(data);
    expect(words).toEqual(['to', 'be', 'or', 'not']);
    passed.add('POST');
  });

  test('its row in docs/servers.md has its versions, its marks, and how events arrive', async () => {
    const marks = ['resumes', 'close', '401', '503', 'POST'].map((name) => (passed.has(name) ? '✓' : '✗'));
    const printed = await execute(running.folder, server.versions);
    const versions = [...new Set(printed.match(/\d+(?:\.\d+)+/g))].join(', ');
    expect(versions).toMatch(/\d/);
    expect(compareRow('servers', [server.name], [versions, ...marks, await arrival(origin)])).toEqual({});
  });
});

const compressing = languageServers.flatMap(({ compressed, ...server }) =>
  compressed ? [{ ...server, by: compressed[0], command: compressed[1] }] : [],
);

test.for(compressing.map((server) => [server.name, server.by, server] as const))(
  '%s with %s: its row says how compressed events arrive',
  async ([, , server]) => {
    const { running, port } = await serve(server, server.command);
    try {
      const seen = await arrival(`http://127.0.0.1:${port}`, 'gzip');
      expect(compareRow('servers', [server.name, server.by], [seen])).toEqual({});
    } finally {
      await running.stop();
    }
  },
);
