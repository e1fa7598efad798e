import { EventEmitter } from 'node:events';
import type * as ChildProcess from 'node:child_process';
import type * as Fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type * as Find from '../engines/find.ts';

/** Where `npm test` finds its browsers, on made-up machines. */

type Commands = Record<string, () => boolean>;

const machine = {
  /** From path to the output of `--version`. `undefined` means it doesn't run. */
  programs: new Map<string, string | undefined>(),
  folders: new Map<string, string[]>(),
  files: new Map<string, string>(),
  /** Which programs can be run, by the start of their command line, and whether they succeed. */
  commands: {} as Commands,
  ran: [] as string[],
};

vi.mock('node:fs', async (original) => ({
  ...(await original<typeof Fs>()),
  accessSync: (file: string) => {
    if (!machine.programs.has(file)) throw new Error('ENOENT');
  },
  statSync: () => ({ isFile: () => true }),
  existsSync: (file: string) => machine.programs.has(file) || machine.files.has(file),
  readFileSync: (file: string) => machine.files.get(file),
  readdirSync: (folder: string) => {
    const entries = machine.folders.get(folder);
    if (!entries) throw new Error('ENOENT');
    return entries;
  },
}));

vi.mock('node:child_process', async (original) => ({
  ...(await original<typeof ChildProcess>()),
  execFile: (
    program: string,
    _args: unknown,
    _options: unknown,
    done: (error: Error | null, text: string) => void,
  ) => {
    const version = machine.programs.get(program);
    queueMicrotask(() => {
      done(version === undefined ? new Error('exit 1') : null, version ?? '');
    });
  },
  spawn: (program: string, args: readonly string[]) => {
    const line = [program, ...args].join(' ');
    machine.ran.push(line);
    const [, run] = Object.entries(machine.commands).find(([words]) => line.includes(words)) ?? [];
    const stream = () => Object.assign(new EventEmitter(), { setEncoding: () => new EventEmitter() });
    const child = Object.assign(new EventEmitter(), { stdout: stream(), stderr: stream() });
    queueMicrotask(() => child.emit('close', run?.() ? 0 : 1));
    return child;
  },
}));

vi.mock('playwright', () =>
  Object.fromEntries(
    ['chromium', 'firefox', 'webkit'].map((name) => [
      name,
      { executablePath: () => `/ms-playwright/${name}-1/${name}` },
    ]),
  ),
);

const platform = Object.getOwnPropertyDescriptor(process, 'platform');
const log = vi.fn();
const userId = vi.fn(() => 1000);
let findEngines: typeof Find.findEngines;

beforeEach(async () => {
  // The module remembers that the package lists are fresh.
  vi.resetModules();
  ({ findEngines } = await import('../engines/find.ts'));
  machine.programs.clear();
  machine.folders.clear();
  machine.files.clear();
  machine.commands = {};
  machine.ran = [];
  log.mockReset();
  userId.mockReturnValue(1000);
  Object.defineProperty(process, 'platform', { ...platform, value: 'linux' });
  vi.spyOn(process, 'getuid').mockImplementation(userId);
  vi.spyOn(console, 'log').mockImplementation(log);
  vi.spyOn(console, 'error').mockReturnValue(undefined);
  vi.stubEnv('PLAYWRIGHT_BROWSERS_PATH', '/ms-playwright');
  for (const name of ['ENGINE', 'CHROME_PATH', 'FIREFOX_PATH', 'CI', 'SSEKIT_ENGINES'])
    vi.stubEnv(name, undefined);
  vi.stubEnv('PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD', undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  if (platform) Object.defineProperty(process, 'platform', platform);
});

const CHROMIUM = '/usr/bin/chromium';
const FIREFOX = '/usr/bin/firefox-esr';

function has(...programs: [path: string, version: string | undefined][]): void {
  for (const [file, version] of programs) machine.programs.set(file, version);
}
function hasDownloaded(...names: string[]): void {
  machine.folders.set(
    '/ms-playwright',
    names.map((name) => `${name}-1`),
  );
  for (const name of names) machine.programs.set(`/ms-playwright/${name}-1/${name}`, '');
}
function hasWebKitGtk(): void {
  machine.folders.set('/usr/lib', ['x86_64-linux-gnu']);
  has(['/usr/bin/WebKitWebDriver', ''], ['/usr/bin/Xvfb', '']);
  has(['/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser', ''], ['dpkg-query', '2.50.6-1']);
}
function isDebian(): void {
  userId.mockReturnValue(0);
  machine.files.set('/etc/os-release', 'NAME="Debian"\nID=debian\n');
}
const said = () => log.mock.calls.flat().join('\n');

describe('a browser is taken', () => {
  test('from Playwright before the system', async () => {
    hasDownloaded('chromium');
    has([CHROMIUM, 'Chromium 156.0']);
    const { chromium } = await findEngines();
    expect(chromium).toMatchObject({ source: 'playwright', path: '/ms-playwright/chromium-1/chromium' });
  });

  test('from the system without Playwright, and nothing is installed where all are there', async () => {
    has([CHROMIUM, 'Chromium 156.0.1'], [FIREFOX, 'Mozilla Firefox 153.7']);
    hasWebKitGtk();
    expect(await findEngines()).toMatchObject({
      chromium: { source: 'system', path: CHROMIUM, version: '156.0.1' },
      firefox: { source: 'system', path: FIREFOX, version: '153.7' },
      webkit: { source: 'system', version: '2.50.6', gtk: { xvfb: '/usr/bin/Xvfb' } },
    });
    expect(machine.ran).toEqual([]);
  });

  test('from CHROME_PATH and FIREFOX_PATH before all', async () => {
    hasDownloaded('chromium', 'firefox');
    has(['/opt/chrome', 'Google Chrome 157.1'], ['/opt/firefox', 'Mozilla Firefox 160.0'], [CHROMIUM, '1.0']);
    vi.stubEnv('CHROME_PATH', '/opt/chrome');
    vi.stubEnv('FIREFOX_PATH', '/opt/firefox');
    expect(await findEngines()).toMatchObject({
      chromium: { path: '/opt/chrome', version: '157.1' },
      firefox: { path: '/opt/firefox', version: '160.0' },
    });
  });

  test('not from a stub that only asks for a snap', async () => {
    has(['/usr/bin/chromium', undefined], ['/usr/bin/chromium-browser', 'Chromium 156.0']);
    expect((await findEngines()).chromium?.path).toBe('/usr/bin/chromium-browser');
  });

  test.for(['/nowhere/chrome', '/opt/broken'])(
    'a CHROME_PATH that is no browser is an error: %s',
    async (file) => {
      has([CHROMIUM, 'Chromium 156.0'], ['/opt/broken', undefined]);
      vi.stubEnv('CHROME_PATH', file);
      await expect(findEngines()).rejects.toThrow(
        `CHROME_PATH is "${file}", which is not a program that runs.`,
      );
    },
  );
});

describe('what is missing is installed', () => {
  test('by Playwright, where the user is not root', async () => {
    machine.commands['cli.js install chromium'] = () => {
      hasDownloaded('chromium');
      return true;
    };
    expect((await findEngines()).chromium?.source).toBe('playwright');
    expect(machine.ran.filter((line) => line.includes('apt-get'))).toEqual([]);
  });

  test('by apt-get as root on Debian: the lists once, then a browser at a time', async () => {
    isDebian();
    machine.commands = {
      ' update': () => true,
      'install -y --no-install-recommends chromium': () => {
        has([CHROMIUM, 'Chromium 156.0']);
        return true;
      },
      'install -y --no-install-recommends firefox-esr': () => {
        has([FIREFOX, 'Mozilla Firefox 153.7']);
        return true;
      },
      'install -y --no-install-recommends webkit2gtk-driver xvfb': () => {
        hasWebKitGtk();
        return true;
      },
    };
    expect(Object.keys(await findEngines()).sort()).toEqual(['chromium', 'firefox', 'webkit']);
    expect(machine.ran.map((line) => / (update|chromium|firefox-esr|xvfb)/.exec(line)?.[1])).toEqual([
      'update',
      'chromium',
      'firefox-esr',
      'xvfb',
    ]);
  });

  test('by Playwright on Debian, where apt-get fails', async () => {
    isDebian();
    vi.stubEnv('ENGINE', 'chromium');
    machine.commands['cli.js install --with-deps chromium'] = () => {
      hasDownloaded('chromium');
      return true;
    };
    expect((await findEngines()).chromium?.source).toBe('playwright');
  });

  test('not by a download that is forbidden', async () => {
    vi.stubEnv('PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD', '1');
    await expect(findEngines()).rejects.toThrow('need chromium');
    expect(machine.ran).toEqual([]);
  });
});

describe('what cannot be had', () => {
  test('is fatal for Chromium: the error says what to do', async () => {
    const failure = findEngines();
    await expect(failure).rejects.toThrow(
      'The tests need chromium, which could be neither found nor installed',
    );
    await expect(failure).rejects.toThrow(/npx playwright install chromium.*CHROME_PATH/);
  });

  test('is told of the others, with the cure, and the tests run without them', async () => {
    has([CHROMIUM, 'Chromium 156.0']);
    expect(Object.keys(await findEngines())).toEqual(['chromium']);
    expect(said()).toMatch(/engines: chromium 156\.0 \(\/usr\/bin\/chromium\)/);
    expect(said()).toMatch(/firefox: not available — run "npx playwright install firefox"/);
    expect(said()).toMatch(/webkit: not available — .*apt-get install webkit2gtk-driver xvfb/);
  });

  test.for(['CI', 'root on Debian'])('is fatal for every engine: %s', async (where) => {
    if (where === 'CI') vi.stubEnv('CI', 'true');
    else isDebian();
    has([CHROMIUM, 'Chromium 156.0']);
    await expect(findEngines()).rejects.toThrow('The tests need firefox and webkit');
  });
});

describe('ENGINE', () => {
  test('names the engines that are looked for, and no other is missed', async () => {
    vi.stubEnv('ENGINE', 'firefox');
    has([CHROMIUM, 'Chromium 156.0'], [FIREFOX, 'Mozilla Firefox 153.7']);
    expect(Object.keys(await findEngines())).toEqual(['firefox']);
    expect(said()).not.toMatch(/chromium|webkit/);
    expect(machine.ran).toEqual([]);
  });

  test('with another name is an error that names the three', async () => {
    vi.stubEnv('ENGINE', 'safari');
    await expect(findEngines()).rejects.toThrow('ENGINE=safari: the engines are chromium, firefox, webkit');
  });
});

test('is said once: a second look finds the result of the first', async () => {
  has([CHROMIUM, 'Chromium 156.0']);
  const first = await findEngines();
  machine.programs.clear();
  expect(await findEngines()).toEqual(first);
  expect(log.mock.calls.filter(([line]) => String(line).startsWith('engines: chromium 156'))).toHaveLength(1);
});
