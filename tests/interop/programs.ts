/**
 * The servers that are separate programs. Installs missing ones as root on Debian and prints once
 * which are available.
 */
import { describe, test } from 'vitest';
import { installHint, findProgram, packages, type ServerName } from '../../demo/cluster/programs.ts';
import { aptInstall, distributionId, isRoot } from '../engines/machine.ts';

const names = Object.keys(packages) as ServerName[];

const lacking = () => names.filter((name) => findProgram(name) === undefined);

/** Throws if a required server isn't available: on CI, and as root on Debian. */
export async function findServers(): Promise<void> {
  const canInstall = isRoot() && distributionId() === 'debian';
  const missing = lacking();
  if (missing.length > 0 && canInstall) {
    const wanted = missing.map((name) => packages[name]);
    await aptInstall(missing.join(', '), wanted);
  }
  const found = names.map(
    (name) => `${name}: ${findProgram(name) ?? `NOT AVAILABLE — ${installHint(name)}`}`,
  );
  console.log(`servers: ${found.join(', ')}`);
  if (lacking().length > 0 && (canInstall || process.env.CI === 'true'))
    throw new Error(`The tests need all servers. ${lacking().map(installHint).join('; ')}`);
}

/**
 * Tests that need these servers. If one is missing, the report has a todo instead, which says how
 * to install it.
 */
export function describeWith(needed: readonly ServerName[], title: string, body: () => void): void {
  const missing = needed.filter((name) => lacking().includes(name));
  if (missing.length === 0) describe(title, body);
  else {
    describe(`${title} — NOT TESTED, ${missing.join(' and ')} not available`, () => {
      test.todo(missing.map(installHint).join('; '));
    });
  }
}
