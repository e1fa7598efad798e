import { CHECKED } from '../checked.js';
import { misuse } from '../errors.js';
import { hint } from '../report.js';
import { DEVTOOLS } from '../connection/devtools-hook.js';
import { install } from './install.js';
import { Panel } from './panel.js';
import { Recorder } from './recorder.js';

/**
 * Options of {@link mountDevtools}. Where you dock the panel, its size, and whether it's open are
 * remembered in `localStorage`, and count more than these.
 *
 * @example
 * ```ts
 * const options: DevtoolsOptions = { dock: 'right', language: 'zh' };
 * mountDevtools(options);
 * ```
 */
export interface DevtoolsOptions {
  /** Where the panel is at first. Default `'bottom'`. */
  readonly dock?: 'bottom' | 'right' | undefined;
  /** Whether the panel is open at first. Default `false`: only a button shows. */
  readonly open?: boolean | undefined;
  /** Default `'auto'`: Chinese if the document's `lang`, or else the browser, says so. */
  readonly language?: 'auto' | 'en' | 'zh' | undefined;
  /** Default `'auto'`: as the system has it. */
  readonly theme?: 'auto' | 'light' | 'dark' | undefined;
}

/**
 * The mounted panel.
 *
 * @example
 * ```ts
 * const devtools: Devtools = mountDevtools();
 * output.onclick = devtools.open;
 * ```
 */
export interface Devtools {
  readonly open: () => void;
  readonly close: () => void;
  /** Changes the language or the theme. */
  readonly update: (options: Pick<DevtoolsOptions, 'language' | 'theme'>) => void;
  /** Removes the panel and what it recorded, and leaves every client as it was. */
  readonly unmount: () => void;
}

const NOTHING: Devtools = {
  open: () => undefined,
  close: () => undefined,
  update: () => undefined,
  unmount: () => undefined,
};

const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  dock: ['bottom', 'right'],
  open: [true, false],
  language: ['auto', 'en', 'zh'],
  theme: ['auto', 'light', 'dark'],
};

function validate(options: unknown): void {
  if (Object(options) !== options) throw misuse('The options must be an object.', 'options');
  for (const [name, value] of Object.entries(options as object)) {
    const values = VALUES[name];
    if (!values)
      hint(`there's no option ${name} of mountDevtools: it takes ${Object.keys(VALUES).join(', ')}.`);
    else if (value !== undefined && !values.includes(value))
      throw misuse(`\`${name}\` must be ${values.join(' or ')}.`, 'options');
  }
}

/**
 * Shows a panel in your page with every connection, event, state, request and error of `SseClient`,
 * `fetchSse` and `FetchEventSource`, on every transport and in every copy of ssekit, whichever build.
 * A client that was made before appears at its next attempt.
 *
 * Nothing leaves the page. Values of headers aren't recorded, and the query of a URL is hidden until
 * you click on it. It keeps 10,000 rows and 16 Mi characters at most.
 *
 * Mounting it again returns the same panel. Without a document, as on a server, it does nothing.
 *
 * @example
 * ```ts
 * if (location.hostname === 'localhost') mountDevtools();
 * ```
 */
export function mountDevtools(options: DevtoolsOptions = {}): Devtools {
  if (CHECKED) validate(options);
  const { document } = globalThis as Partial<typeof globalThis>;
  if (!document) return NOTHING;
  // Another copy of this module may have mounted it, as after a hot update.
  const mounted = (globalThis as { [DEVTOOLS]?: { readonly panel?: Devtools } })[DEVTOOLS]?.panel;
  if (mounted) return mounted;
  const recorder = new Recorder();
  const panel = new Panel(recorder, {
    ...(options.dock && { dock: options.dock }),
    ...(options.open !== undefined && { isOpen: options.open }),
  });
  const update: Devtools['update'] = ({ language, theme }) => {
    if (language) panel.language.option = language;
    if (theme) panel.host.dataset.theme = theme;
  };
  update({ language: 'auto', theme: 'auto', ...options });
  const devtools: Devtools = {
    open: panel.open,
    close: panel.close,
    update,
    unmount() {
      uninstall();
      panel.unmount();
    },
  };
  const uninstall = install(recorder, devtools);
  // A script in the head runs before there is a body.
  ((document.body as HTMLElement | null) ?? document.documentElement).append(panel.host);
  return devtools;
}
