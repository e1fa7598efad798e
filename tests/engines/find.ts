/**
 * Finds the three browser engines that the tests run in and installs missing ones, so `npm test`
 * needs no manual setup. Looks at `CHROME_PATH` and `FIREFOX_PATH` first, then at Playwright's
 * downloads, then at the system's browsers, and then runs an installer.
 *
 * `ENGINE=chromium` (or a list, `ENGINE=chromium,webkit`) restricts everything to these engines.
 */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type { Browser, LaunchOptions } from 'playwright';
import { aptInstall, distributionId, isProgram, isRoot, output, run } from './machine.ts';

export const engineNames = ['chromium', 'firefox', 'webkit'] as const;
export type EngineName = (typeof engineNames)[number];

export interface Engine {
  /**
   * `playwright`: a patched build that Playwright downloaded. `system`: a stock browser of this
   * machine.
   */
  readonly source: 'playwright' | 'system';
  readonly path: string;
  readonly version: string;
  /** Stock WebKitGTK only: the programs that drive it. */
  readonly gtk?: { readonly driver: string; readonly xvfb: string } | undefined;
}

export type Engines = Partial<Record<EngineName, Engine>>;

/**
 * Stores the result where a config that's loaded twice and the test workers (child processes) can
 * see it.
 */
const FOUND = 'SSEKIT_ENGINES';

const installHints: Record<EngineName, string> = {
  chromium: 'run "npx playwright install chromium", or set CHROME_PATH to a Chrome, Chromium or Edge',
  firefox: 'run "npx playwright install firefox", or set FIREFOX_PATH to a Firefox',
  webkit: 'run "npx playwright install webkit", or on Debian "apt-get install webkit2gtk-driver xvfb"',
};

const debianPackages: Record<EngineName, readonly string[]> = {
  // The demo shows Chinese, and a minimal Debian has no Chinese font.
  chromium: ['chromium', 'fonts-noto-cjk', 'fonts-noto-color-emoji'],
  firefox: ['firefox-esr'],
  webkit: ['webkit2gtk-driver', 'xvfb'],
};

/** The engines named in `ENGINE`, or all three. */
export function wantedEngines(): readonly EngineName[] {
  const names = (process.env.ENGINE ?? '').split(',').filter((name) => name !== '');
  const unknown = names.find((name) => !engineNames.some((known) => known === name));
  if (unknown !== undefined) throw new Error(`ENGINE=${unknown}: the engines are ${engineNames.join(', ')}`);
  return names.length === 0 ? engineNames : engineNames.filter((name) => names.includes(name));
}

/**
 * Finds every engine on this machine and tries to install missing ones. Prints once what it found.
 * Throws if a required engine is missing: Chromium always, all of them on CI and as root on Debian.
 */
export async function findEngines(wanted: readonly EngineName[] = wantedEngines()): Promise<Engines> {
  const known = recall();
  if (known && wanted.every((name) => name in known || !isRequired(name))) return known;

  const engines: Engines = { ...known };
  const missing: EngineName[] = [];
  await Promise.all(
    wanted.map(async (name) => {
      const engine = await lookUp(name);
      if (engine) engines[name] = engine;
      else missing.push(name);
    }),
  );
  // One after the other, because package managers lock each other out.
  for (const name of engineNames.filter((engine) => missing.includes(engine))) {
    const engine = await install(name);
    if (engine) engines[name] = engine;
  }

  process.env[FOUND] = JSON.stringify(engines);
  const report = wanted.map((name) => {
    const engine = engines[name];
    return engine
      ? `${name} ${engine.version} (${engine.path})`
      : `${name}: not available — ${installHints[name]}`;
  });
  console.log(`engines: ${report.join(', ')}`);

  const lacking = wanted.filter((name) => !engines[name] && isRequired(name));
  if (lacking.length > 0) {
    throw new Error(
      `The tests need ${lacking.join(' and ')}, which could be neither found nor installed here.\n` +
        lacking.map((name) => `  ${name}: ${installHints[name]}`).join('\n'),
    );
  }
  return engines;
}

/** How Playwright starts an engine. Not for WebKitGTK, which Playwright can't drive. */
export function launchOptions(name: EngineName, engine: Engine): LaunchOptions {
  if (name === 'chromium') {
    return {
      executablePath: engine.path,
      args: [
        ...(isRoot() ? ['--no-sandbox'] : []),
        // Only test traffic on the network.
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--disable-quic',
        '--no-first-run',
      ],
    };
  }
  // A stock Firefox has no Juggler but speaks WebDriver BiDi.
  if (name === 'firefox' && engine.source === 'system') {
    return { channel: 'moz-firefox', executablePath: engine.path };
  }
  return {};
}

/**
 * A Chromium for tests that drive the demo page from Node. Adds `args` to the ones it needs. Close
 * it in `afterAll` or `onTestFinished`: a test that fails before closing it would leave its profile
 * folder behind.
 */
export async function launchChromium(options?: LaunchOptions): Promise<Browser> {
  return launch('chromium', options);
}

/** Does the same with Firefox. */
export async function launchFirefox(options?: LaunchOptions): Promise<Browser> {
  return launch('firefox', options);
}

async function launch(name: 'chromium' | 'firefox', options: LaunchOptions = {}): Promise<Browser> {
  const engine = (await findEngines([name]))[name];
  if (!engine) throw new Error(`${name} is not available: ${installHints[name]}`);
  const playwright = await import('playwright');
  const own = launchOptions(name, engine);
  return playwright[name].launch({
    ...own,
    ...options,
    args: [...(own.args ?? []), ...(options.args ?? [])],
  });
}

// ---- finding

async function lookUp(name: EngineName): Promise<Engine | undefined> {
  return (await named(name)) ?? (await downloaded(name)) ?? (await onSystem(name));
}

/** A browser that the user names takes precedence. */
async function named(name: EngineName): Promise<Engine | undefined> {
  if (name === 'webkit') return undefined;
  const variable = name === 'chromium' ? 'CHROME_PATH' : 'FIREFOX_PATH';
  const file = process.env[variable];
  if (!file) return undefined;
  const version = isProgram(file) ? await versionOf(file) : undefined;
  if (version === undefined) throw new Error(`${variable} is "${file}", which is not a program that runs.`);
  return { source: 'system', path: file, version };
}

/**
 * A browser that `npx playwright install` downloaded. Loading Playwright is slow, so look at its
 * folder first.
 */
async function downloaded(name: EngineName): Promise<Engine | undefined> {
  const folder = playwrightFolder();
  if (!list(folder).some((entry) => entry.startsWith(`${name}-`))) return undefined;
  const playwright = await import('playwright');
  const file = playwright[name].executablePath();
  if (!existsSync(file)) return undefined;
  return {
    source: 'playwright',
    path: file,
    version: `Playwright ${path.relative(folder, file).split(path.sep)[0] ?? ''}`,
  };
}

function playwrightFolder(): string {
  const chosen = process.env.PLAYWRIGHT_BROWSERS_PATH;
  if (chosen === '0') {
    const core = createRequire(import.meta.url).resolve('playwright-core/package.json');
    return path.join(path.dirname(core), '.local-browsers');
  }
  if (chosen) return path.resolve(chosen);
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library', 'Caches', 'ms-playwright');
  if (process.platform === 'win32') {
    return path.join(
      process.env.LOCALAPPDATA ?? path.join(os.homedir(), 'AppData', 'Local'),
      'ms-playwright',
    );
  }
  return path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'ms-playwright');
}

async function onSystem(name: EngineName): Promise<Engine | undefined> {
  if (name === 'webkit') return webkitGtk();
  // Takes the first program that runs, because stubs that ask for a snap may come before a real
  // browser.
  for (const file of places(name).filter(isProgram)) {
    const version = await versionOf(file);
    if (version !== undefined) return { source: 'system', path: file, version };
  }
  return undefined;
}

function places(name: 'chromium' | 'firefox'): string[] {
  if (process.platform === 'darwin') {
    const apps =
      name === 'chromium'
        ? ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((app) => `${app}.app/Contents/MacOS/${app}`)
        : ['Firefox.app/Contents/MacOS/firefox'];
    return ['/Applications', path.join(os.homedir(), 'Applications')].flatMap((folder) =>
      apps.map((app) => path.join(folder, app)),
    );
  }
  if (process.platform === 'win32') {
    const programs =
      name === 'chromium'
        ? [
            'Google\\Chrome\\Application\\chrome.exe',
            'Chromium\\Application\\chrome.exe',
            'Microsoft\\Edge\\Application\\msedge.exe',
          ]
        : ['Mozilla Firefox\\firefox.exe'];
    return [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA].flatMap(
      (folder) => (folder ? programs.map((program) => path.join(folder, program)) : []),
    );
  }
  const names =
    name === 'chromium'
      ? ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'microsoft-edge']
      : ['firefox-esr', 'firefox'];
  // A snap's launcher can't be driven with a profile under /tmp, so leave /snap/bin out.
  return names.flatMap((program) =>
    ['/usr/bin', '/usr/local/bin'].map((folder) => path.join(folder, program)),
  );
}

/**
 * MiniBrowser isn't on the PATH, and each distribution and Debian architecture has it elsewhere.
 */
async function webkitGtk(): Promise<Engine | undefined> {
  if (process.platform !== 'linux') return undefined;
  const driver = ['/usr/bin/WebKitWebDriver', '/usr/local/bin/WebKitWebDriver'].find(isProgram);
  const xvfb = ['/usr/bin/Xvfb', '/usr/local/bin/Xvfb'].find(isProgram);
  const libraries = ['/usr/lib', '/usr/lib64', '/usr/libexec'];
  const debian = list('/usr/lib').filter((entry) => entry.includes('-linux-'));
  const browser = [...debian.map((triplet) => path.join('/usr/lib', triplet)), ...libraries]
    .flatMap((folder) =>
      ['webkit2gtk-4.1', 'webkitgtk-6.0', 'webkit2gtk-4.0'].map((api) =>
        path.join(folder, api, 'MiniBrowser'),
      ),
    )
    .find(isProgram);
  if (!driver || !xvfb || !browser) return undefined;
  // MiniBrowser shows its version only with a display and the driver never does, so ask Debian's
  // package manager.
  const version = (await output('dpkg-query', ['-W', 'webkit2gtk-driver'])) ?? '';
  return { source: 'system', path: browser, version: versionIn(version), gtk: { driver, xvfb } };
}

/**
 * `undefined` if the program doesn't run. Ubuntu's `firefox` and `chromium-browser` may be stubs
 * that ask for snap.
 */
async function versionOf(program: string): Promise<string | undefined> {
  // Chrome on Windows would open a window instead of printing its version.
  if (process.platform === 'win32') return versionIn('');
  const text = await output(program, ['--version']);
  return text === undefined ? undefined : versionIn(text);
}

function versionIn(text: string): string {
  return /\d+(\.\d+)+/.exec(text)?.[0] ?? 'of unknown version';
}

// ---- installing

async function install(name: EngineName): Promise<Engine | undefined> {
  const distribution = isRoot() ? distributionId() : undefined;
  const installers: (() => Promise<boolean>)[] = [];
  // Ubuntu's Chromium and Firefox packages only install snaps, but its WebKitGTK package is real.
  if (distribution === 'debian' || (distribution === 'ubuntu' && name === 'webkit')) {
    installers.push(() => aptInstall(name, debianPackages[name]));
  }
  if (!process.env.PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD) {
    installers.push(() => playwrightInstall(name, distribution !== undefined));
  }
  for (const run of installers) {
    if (!(await run())) continue;
    const engine = await lookUp(name);
    if (engine) return engine;
  }
  return undefined;
}

async function playwrightInstall(name: EngineName, withSystemPackages: boolean): Promise<boolean> {
  console.log(`engines: installing ${name} (npx playwright install ${name}) …`);
  const cli = path.join(
    path.dirname(createRequire(import.meta.url).resolve('playwright/package.json')),
    'cli.js',
  );
  const flags = withSystemPackages ? ['--with-deps'] : [];
  const { ok, output } = await run(process.execPath, [cli, 'install', ...flags, name]);
  if (!ok) console.error(`engines: playwright install ${name} failed:\n${output.slice(-2000)}`);
  return ok;
}

// ---- the machine

function isRequired(name: EngineName): boolean {
  return name === 'chromium' || process.env.CI === 'true' || (isRoot() && distributionId() === 'debian');
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function recall(): Engines | undefined {
  const text = process.env[FOUND];
  return text === undefined ? undefined : (JSON.parse(text) as Engines);
}
