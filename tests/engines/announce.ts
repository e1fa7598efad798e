import { beforeEach } from 'vitest';
import { commands } from 'vitest/browser';

declare module 'vitest/browser' {
  interface BrowserCommands {
    /** A test is about to run, for at most `timeout` ms. */
    begin: (id: string, name: string, timeout: number) => Promise<void>;
    end: (id: string) => Promise<void>;
  }
}

/**
 * Reports each test before it runs. A page that hangs can't report it later, and Vitest's own
 * reports may be 100 ms late.
 */
beforeEach(async ({ task }) => {
  await commands.begin(task.id, task.fullName, task.timeout);
  return () => commands.end(task.id);
});
