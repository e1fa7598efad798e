/** What tests need to know about their machine, and how they install what's missing. */
import { execFile, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';

const INSTALL_LIMIT = 5 * 60_000;
const POLICY = '/usr/sbin/policy-rc.d';

export async function output(program: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 20_000 }, (error, text) => {
      resolve(error ? undefined : text);
    });
  });
}

/** Package lists are fetched once for all installations. */
let aptUpdated: Promise<boolean> | undefined;

/** Installs Debian packages without starting their services. */
export async function aptInstall(what: string, packages: readonly string[]): Promise<boolean> {
  console.log(`installing ${what} (apt-get install ${packages.join(' ')}) …`);
  aptUpdated ??= apt('update');
  // Continue even if the update failed, because the lists may already be there.
  await aptUpdated;
  // Without this policy, Debian immediately starts an installed server on its usual port.
  const isOurs = !existsSync(POLICY);
  if (isOurs) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return await apt('install', '-y', '--no-install-recommends', ...packages);
  } finally {
    if (isOurs) rmSync(POLICY);
  }
}

/** Waits for another apt-get to finish. apt-get can only wait for one of its two locks itself. */
async function apt(...args: string[]): Promise<boolean> {
  const deadline = Date.now() + INSTALL_LIMIT;
  for (;;) {
    const { ok, output } = await run('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], {
      DEBIAN_FRONTEND: 'noninteractive',
    });
    if (ok) return true;
    if (!/could not get lock/i.test(output) || Date.now() > deadline) {
      console.error(`apt-get ${args.join(' ')} failed:\n${output}`);
      return false;
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

export async function run(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(program, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: INSTALL_LIMIT,
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    child.on('error', (error) => {
      resolve({ ok: false, output: error.message });
    });
    child.on('close', (code) => {
      resolve({ ok: code === 0, output });
    });
  });
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

export function distributionId(): string | undefined {
  if (process.platform !== 'linux' || !existsSync('/etc/os-release')) return undefined;
  return /^ID="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
}

export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
