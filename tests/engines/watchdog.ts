import type {
  BrowserCommand,
  BrowserProviderOption,
  Reporter,
  TestModule,
  TestProject,
  TestSpecification,
} from 'vitest/node';

/** ms for all that isn't a test: a file that's loaded, a hook, a timeout that a busy machine reports late. */
const PATIENCE = 45_000;
/** ms in which a browser must have started and opened its first page. */
const START_LIMIT = 90_000;
/** ms in which a browser that was lost may still close properly. */
const FAREWELL = 10_000;

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
 * would wait until CI's limit. Of a browser that died Vitest names the file, and this the test.
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
    const lost = [...this.#watches.values()].filter(({ files }) => files > 0);
    this.#watches.clear();
    for (const watch of lost) {
      clearTimeout(watch.timer);
      if (watch.running.size > 0) console.error(`${watch.project.name} was lost in ${namesOf(watch)}`);
    }
    if (lost.length === 0) return;
    // Vitest would wait forever for a browser that can't close. When this process exits, the browsers that it started are killed.
    setTimeout(() => process.exit(1), FAREWELL).unref();
  }

  /** The same provider, which fails if its browser doesn't start. */
  guard({ providerFactory, ...option }: BrowserProviderOption): BrowserProviderOption {
    return {
      ...option,
      providerFactory: (project) => {
        const provider = providerFactory(project);
        const openPage = provider.openPage.bind(provider);
        provider.openPage = async (...args) => {
          let timer: ReturnType<typeof setTimeout> | undefined;
          const late = new Promise<never>((_, reject) => {
            timer = setTimeout(() => {
              reject(new Error(`${project.name} has no page after ${START_LIMIT / 1000} s`));
            }, START_LIMIT);
          });
          await Promise.race([openPage(...args), late]);
          clearTimeout(timer);
          this.#expectNews(project);
        };
        return provider;
      },
    };
  }

  #expectNews(project: TestProject, within = PATIENCE): void {
    const watch = this.#watches.get(project.name);
    if (!watch) return;
    clearTimeout(watch.timer);
    if (watch.files === 0) return;
    watch.timer = setTimeout(() => {
      console.error(`${project.name} has hung for ${within / 1000} s in ${namesOf(watch)}`);
      watch.running.clear();
      // Ends what Vitest waits for, with an error that fails the run. Other projects continue.
      for (const page of project.browser?.state.orchestrators.values() ?? []) page.$close();
    }, within);
  }
}

const namesOf = ({ running }: Watch) => [...running.values()].join(' and ') || 'no test: between two of them';
