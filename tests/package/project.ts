/** A project of somebody else: a folder of its own outside of the repository, where npm has installed the tarball. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { freePort } from '../free-port.ts';

const execute = promisify(execFile);

const endings: (() => Promise<void>)[] = [];

/** What `cleanUp` does, after all that was said later. */
export function onCleanUp(end: () => Promise<void>): void {
  endings.push(end);
}

/** Stops the servers and removes the projects: for `afterAll`, which comes when a `beforeAll` failed halfway, too. */
export async function cleanUp(): Promise<void> {
  for (const end of endings.splice(0).reverse()) await end();
}

/** No framework asks the network for anything, or says anything to it. */
const quiet = {
  CI: '1',
  NEXT_TELEMETRY_DISABLED: '1',
  NUXT_TELEMETRY_DISABLED: '1',
  DENO_NO_UPDATE_CHECK: '1',
  npm_config_update_notifier: 'false',
  // No registry is soon no registry, instead of after minutes.
  npm_config_fetch_retry_mintimeout: '1000',
  npm_config_fetch_retry_maxtimeout: '5000',
};

export interface Project {
  readonly folder: string;
  /** Runs Node in it, and answers what that prints. Throws with all that was printed. */
  node(...args: string[]): Promise<string>;
  /** `npm run` of a script of its package.json. */
  script(name: string): Promise<string>;
  /** Starts a server with Node, which finds its port in `PORT`; the origin where it listens. */
  serve(...args: string[]): Promise<string>;
}

/**
 * Copies these folders of tests/package into a new one and installs the tarball, and what their package.json asks for. Throws when npm
 * cannot, and says what it was about to install.
 */
export async function createProject(tarball: string, ...fixtures: readonly string[]): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'ssekit-project-'));
  onCleanUp(() => rm(folder, { recursive: true, maxRetries: 3 }));
  for (const fixture of fixtures) {
    await cp(fileURLToPath(new URL(fixture, import.meta.url)), folder, { recursive: true });
  }
  await install(folder, tarball, fixtures.join(' and '));
  return {
    folder,
    node: (...args) => run(folder, process.execPath, args),
    script: (name) => npm(folder, ['run', name]),
    serve: (...args) => serve(folder, args),
  };
}

async function install(folder: string, tarball: string, name: string): Promise<void> {
  try {
    await npm(folder, ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball]);
  } catch (error) {
    throw new Error(
      `npm could not install the package into a project like tests/package/${name}. That takes a registry, or a cache that has it all.`,
      { cause: error },
    );
  }
}

/** npm, in this folder, whatever npm has started this process. */
export function npm(folder: string, args: readonly string[]): Promise<string> {
  return run(folder, 'npm', [...args, '--prefix', folder]);
}

async function run(folder: string, program: string, args: readonly string[]): Promise<string> {
  try {
    const options = { cwd: folder, env: environment(folder), maxBuffer: 2 ** 26 };
    const { stdout } = await execute(program, args, {
      ...options,
      shell: program === 'npm' && process.platform === 'win32',
    });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const said = stripVTControlCharacters(`${stdout}\n${stderr}`).trim();
    throw new Error(`${[program, ...args].join(' ')} failed:\n${said === '' ? String(error) : said}`, {
      cause: error,
    });
  }
}

async function serve(folder: string, args: readonly string[]): Promise<string> {
  const port = await freePort();
  const env = { ...environment(folder), HOST: '127.0.0.1', PORT: String(port) };
  const server = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = once(server, 'exit');
  onCleanUp(async () => {
    server.kill();
    await gone;
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += stripVTControlCharacters(chunk.toString());
      // What Next and Nitro say once they listen.
      if (said.includes(`:${port}`)) resolve();
    };
    server.stdout.on('data', hear);
    server.stderr.on('data', hear);
    server.once('exit', () => {
      reject(new Error(`The server ended before it listened:\n${said}`));
    });
  });
  return `http://127.0.0.1:${port}`;
}

/** As a user's shell has it: without what Vitest sets, by which frameworks would take themselves for tested. */
function environment(folder: string): NodeJS.ProcessEnv {
  const env = { ...process.env, ...quiet, DENO_DIR: join(folder, '.deno') };
  for (const name of ['NODE_ENV', 'NODE_OPTIONS', 'VITEST']) Reflect.deleteProperty(env, name);
  return env;
}
