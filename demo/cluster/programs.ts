/** Finds the servers that are separate programs. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';

/** The Debian package of each. */
export const packages = {
  nginx: 'nginx',
  nchan: 'libnginx-mod-nchan',
  redis: 'redis-server',
  haproxy: 'haproxy',
  caddy: 'caddy',
  apache: 'apache2',
} as const;

export type ServerName = keyof typeof packages;

/** Programs that aren't named like their server. */
const files: Partial<Record<ServerName, string>> = { redis: 'redis-server', apache: 'apache2' };

/**
 * The path of this server's program (for Nchan, of its module), or `undefined` if it isn't
 * installed.
 */
export function findProgram(name: ServerName): string | undefined {
  if (name === 'nchan') return nchanModule();
  const file = files[name] ?? name;
  // Debian installs servers outside a normal user's PATH.
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => path.join(folder, file)).find(isProgram);
}

/** The same, but throws an error that says how to install it. */
export function programOf(name: ServerName): string {
  const found = findProgram(name);
  if (found === undefined) throw new Error(`${name} isn't installed: ${installHint(name)}`);
  return found;
}

export function installHint(name: ServerName): string {
  return `install ${name} (Debian: apt-get install ${packages[name]})`;
}

function nchanModule(): string | undefined {
  const nginx = findProgram('nginx');
  if (nginx === undefined) return undefined;
  // nginx prints its module folder on standard error only.
  const version = execFileSync('sh', ['-c', '"$0" -V 2>&1', nginx], { encoding: 'utf8' });
  const folder = /--modules-path=(\S+)/.exec(version)?.[1] ?? '/usr/lib/nginx/modules';
  const module = path.join(folder, 'ngx_nchan_module.so');
  return existsSync(module) ? module : undefined;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
