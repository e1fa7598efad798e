import { appendFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Adds this run's counts to the file that `COUNTS` names, so `.ci/run` can print one total for all
 * its runs.
 */
export const runCounts: Reporter = {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]) {
    const file = process.env.COUNTS;
    if (file === undefined) return;
    let passed = 0;
    // An error outside the tests counts as a failed test. Otherwise the total could be without
    // failures.
    let failed = unhandledErrors.length;
    for (const module of modules) {
      failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed++;
        if (state === 'failed') failed++;
      }
    }
    appendFileSync(file, `${passed} ${failed}\n`);
  },
};
