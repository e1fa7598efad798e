import type {
  BrowserCommand,
  BrowserProviderOption,
  Reporter,
  TestModule,
  TestProject,
  TestSpecification,
} from 'vitest/node';

/**
 * ms for everything that isn't a test: loading a file, a hook, a timeout that a busy machine
 * reports late.
 */
const PATIENCE = 45_000;
/** The longest time in ms that a browser may take to start and open its first page. */
const START_LIMIT = 90_000;
/** The time in ms that a lost browser has to close properly. */
const FAREWELL = 10_000;

interface Watch {
  readonly project: TestProject;
  /** The number of files that haven't ended yet. */
  files: number;
  /** The names of running tests, by test ID. */
  readonly running: Map<string, string>;
  timer?: ReturnType<typeof setTimeout> | undefined;
}

/**
 * Fails the project of a browser that hangs, and names the test. A page that hangs can't fail its
 * own test, so with Vitest alone the run would continue until CI's time limit. If a browser dies,
 * Vitest names the file and this names the test.
 */
export class Watchdog implements Reporter {
  readonly #watches = new Map<string, Watch>();

  /** Called by tests/engines/announce.ts. */
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
    // Vitest would wait forever for a browser that can't close. When this process exits, the
    // browsers that it started are killed.
    setTimeout(() => process.exit(1), FAREWELL).unref();
  }

  /** Returns the same provider, but it fails if its browser doesn't start. */
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
      // Ends what Vitest is waiting for, with an error that fails the run. Other projects continue.
      for (const page of project.browser?.state.orchestrators.values() ?? []) page.$close();
    }, within);
  }
}

const namesOf = ({ running }: Watch) => [...running.values()].join(' and ') || 'no test: between two of them';
