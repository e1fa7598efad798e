/** A user's project: a folder outside the repository where npm has installed the tarball. */
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

/** Adds a task to `cleanUp`. The last one added runs first. */
export function onCleanUp(end: () => Promise<void>): void {
  endings.push(end);
}

/**
 * Stops the servers and removes the projects. Use it in `afterAll`, which also runs if `beforeAll`
 * failed halfway.
 */
export async function cleanUp(): Promise<void> {
  for (const end of endings.splice(0).reverse()) await end();
}

/** No framework sends or requests anything over the network. */
const offline = {
  CI: '1',
  NEXT_TELEMETRY_DISABLED: '1',
  NUXT_TELEMETRY_DISABLED: '1',
  DENO_NO_UPDATE_CHECK: '1',
  npm_config_update_notifier: 'false',
  // A missing registry fails soon instead of after minutes.
  npm_config_fetch_retry_mintimeout: '1000',
  npm_config_fetch_retry_maxtimeout: '5000',
};

export interface Project {
  readonly folder: string;
  /** Runs Node in the project and returns its output. Throws with all output. */
  node(...args: string[]): Promise<string>;
  /** Runs a script of its package.json with `npm run`. */
  script(name: string): Promise<string>;
  /** Starts a server with Node, which reads its port from `PORT`. Returns its origin. */
  serve(...args: string[]): Promise<string>;
}

/**
 * Copies these folders of tests/package into a new one and installs the tarball and the
 * dependencies of their package.json. If npm fails, throws an error that lists what it was
 * installing.
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

/** Runs npm in this folder, whatever npm started this process. */
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
    const read = (chunk: Buffer) => {
      said += stripVTControlCharacters(chunk.toString());
      // Next and Nitro print this once they listen.
      if (said.includes(`:${port}`)) resolve();
    };
    server.stdout.on('data', read);
    server.stderr.on('data', read);
    server.once('exit', () => {
      reject(new Error(`The server ended before it listened:\n${said}`));
    });
  });
  return `http://127.0.0.1:${port}`;
}

/**
 * The environment of a user's shell, without Vitest's variables, which would make frameworks think
 * they're being tested.
 */
function environment(folder: string): NodeJS.ProcessEnv {
  const env = { ...process.env, ...offline, DENO_DIR: join(folder, '.deno') };
  for (const name of ['NODE_ENV', 'NODE_OPTIONS', 'VITEST']) Reflect.deleteProperty(env, name);
  return env;
}
