import type { BrowserCommand, Reporter, TestModule, TestProject, TestSpecification } from 'vitest/node';

/** ms for all that isn't a test: a file that's loaded, a hook, a timeout that's reported by a machine with much to do. */
const PATIENCE = 45_000;

interface Watch {
  readonly project: TestProject;
  /** Files that have yet to end. */
  files: number;
  /** The names of the tests that run, by their ids. */
  readonly running: Map<string, string>;
  timer?: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Fails the project of a browser that hangs, and names the test. A page that hangs can't fail a test that takes too long, so Vitest alone
 * would wait until CI's limit. Of a browser that died Vitest names the file; here is the test.
 */
export class Watchdog implements Reporter {
  readonly #watches = new Map<string, Watch>();

  /** What tests/engines/announce.ts calls. */
  readonly commands = {
    begin: (({ project }, id, name, timeout) => {
      this.#watches.get(project.name)?.running.set(id, name);
      this.#expectNews(project, timeout + PATIENCE);
    }) satisfies BrowserCommand<[id: string, name: string, timeout: number]>,
    end: (({ project }, id) => {
      this.#watches.get(project.name)?.running.delete(id);
      this.#expectNews(project);
    }) satisfies BrowserCommand<[id: string]>,
  };

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    for (const { project } of specifications) {
      if (!project.isBrowserEnabled()) continue;
      const watch = this.#watches.get(project.name) ?? { project, files: 0, running: new Map() };
      watch.files++;
      this.#watches.set(project.name, watch);
    }
  }

  onTestModuleQueued({ project }: TestModule): void {
    this.#expectNews(project);
  }

  onTestModuleEnd({ project }: TestModule): void {
    const watch = this.#watches.get(project.name);
    if (!watch) return;
    watch.files--;
    this.#expectNews(project);
  }

  onTestRunEnd(): void {
    for (const watch of this.#watches.values()) {
      clearTimeout(watch.timer);
      if (watch.running.size > 0) console.error(`${watch.project.name} was lost in ${namesOf(watch)}`);
    }
    this.#watches.clear();
  }

  #expectNews(project: TestProject, within = PATIENCE): void {
    const watch = this.#watches.get(project.name);
    if (!watch) return;
    clearTimeout(watch.timer);
    if (watch.files === 0) return;
    watch.timer = setTimeout(() => {
      console.error(`${project.name} has hung for ${within / 1000} s in ${namesOf(watch)}`);
      // Ends what Vitest waits for, with an error that fails the run. Other projects continue.
      for (const page of project.browser?.state.orchestrators.values() ?? []) page.$close();
    }, within);
  }
}

const namesOf = ({ running }: Watch) => [...running.values()].join(' and ') || 'no test: between two of them';
