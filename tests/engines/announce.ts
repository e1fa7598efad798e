import { beforeEach } from 'vitest';
import { commands } from 'vitest/browser';

declare module 'vitest/browser' {
  interface BrowserCommands {
    /** A test is about to run, for so many ms at most. */
    begin: (id: string, name: string, timeout: number) => Promise<void>;
    end: (id: string) => Promise<void>;
  }
}

/** Says which test runs before it runs: a page that hangs can't say it any more, and Vitest's own reports may be 100 ms late. */
beforeEach(async ({ task }) => {
  await commands.begin(task.id, task.fullName, task.timeout);
  return () => commands.end(task.id);
});
