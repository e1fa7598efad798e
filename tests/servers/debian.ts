/** The packages of servers in other languages. Installs missing ones as root on Debian. */
import { aptInstall, distributionId, isRoot, output } from '../engines/machine.ts';

/** The Python that Debian's packages are for. A newer one may come first in PATH. */
export const packagedPython = '/usr/bin/python3';

async function isInstalled(name: string): Promise<boolean> {
  return (await output('dpkg-query', ['-W', '-f', '${db:Status-Status}', name])) === 'installed';
}

/** Throws if a package is missing and can't be installed here. */
export async function ensurePackages(names: readonly string[]): Promise<void> {
  const missing = async () => {
    const installed = await Promise.all(names.map(isInstalled));
    return [...new Set(names.filter((_, i) => installed[i] !== true))];
  };
  const wanted = await missing();
  if (wanted.length === 0) return;
  if (isRoot() && distributionId() === 'debian') await aptInstall(wanted.join(', '), wanted);
  const lacking = await missing();
  if (lacking.length > 0) {
    throw new Error(`The tests need Debian's packages. Missing: apt-get install ${lacking.join(' ')}`);
  }
}
