/**
 * Finds the servers that are programs of their own, and installs what is missing, as root on Debian. Says once what was found; a test of what
 * is not there says so in its title.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'vitest';
import { aptInstall, distributionId, isProgram, isRoot, output } from '../engines/machine.ts';

const packages = {
  nginx: 'nginx',
  nchan: 'libnginx-mod-nchan',
  redis: 'redis-server',
  haproxy: 'haproxy',
  caddy: 'caddy',
} as const;

export type ServerName = keyof typeof packages;

/** The program of each server that is here; of Nchan, the module. */
export type Servers = Partial<Record<ServerName, string>>;

const names = Object.keys(packages) as ServerName[];

/** The result, for the test workers. */
const FOUND = 'SSEKIT_SERVERS';

export async function findServers(): Promise<Servers> {
  let servers = await lookUp();
  const lacking = () => names.filter((name) => !servers[name]);
  if (lacking().length > 0 && isRoot() && distributionId() === 'debian') {
    const wanted = lacking();
    await aptInstall(wanted.join(', '), wanted.map((name) => packages[name])); // prettier-ignore
    servers = await lookUp();
    if (lacking().length > 0) throw new Error(`Could not be installed: ${lacking().join(', ')}.`);
  }
  process.env[FOUND] = JSON.stringify(servers);
  const found = names.map((name) => `${name}: ${servers[name] ?? `not available — ${cure(name)}`}`);
  console.log(`servers: ${found.join(', ')}`);
  if (lacking().length > 0 && process.env.CI === 'true')
    throw new Error(`CI needs all servers. ${lacking().map(cure).join('; ')}`);
  return servers;
}

/** What `findServers` has found, or throws. */
export function programOf(name: ServerName): string {
  const program = known()[name];
  if (program === undefined) throw new Error(`${name} is not available: ${cure(name)}`);
  return program;
}

/** Tests that need these servers. Where one is missing, the report has an open point instead, which says how to get it. */
export function describeWith(needed: readonly ServerName[], title: string, body: () => void): void {
  const missing = needed.filter((name) => !known()[name]);
  if (missing.length === 0) describe(title, body);
  else {
    describe(`${title} — NOT TESTED, ${missing.join(' and ')} not available`, () => {
      test.todo(missing.map(cure).join('; '));
    });
  }
}

function known(): Servers {
  return JSON.parse(process.env[FOUND] ?? '{}') as Servers;
}

function cure(name: ServerName): string {
  return `install ${name} (Debian: apt-get install ${packages[name]})`;
}

async function lookUp(): Promise<Servers> {
  const nginx = onPath('nginx');
  return {
    ...(nginx && { nginx }),
    ...(nginx && (await nchanModule(nginx))),
    ...program('redis', 'redis-server'),
    ...program('haproxy', 'haproxy'),
    ...program('caddy', 'caddy'),
  };
}

function program(name: ServerName, file: string): Servers {
  const found = onPath(file);
  return found ? { [name]: found } : {};
}

function onPath(file: string): string | undefined {
  // Debian's servers are where the PATH of a user who is not root does not lead.
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => path.join(folder, file)).find(isProgram);
}

/** nginx tells where its modules are only with `-V`, and on standard error. */
async function nchanModule(nginx: string): Promise<Servers> {
  const version = (await output('sh', ['-c', `${nginx} -V 2>&1`])) ?? '';
  const folder = /--modules-path=(\S+)/.exec(version)?.[1] ?? '/usr/lib/nginx/modules';
  const nchan = path.join(folder, 'ngx_nchan_module.so');
  return existsSync(nchan) ? { nchan } : {};
}
