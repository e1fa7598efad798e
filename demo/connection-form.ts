import type { Backend } from './backend.ts';
import type { Dictionary } from './dictionary.ts';
import { element } from './element.ts';
import { say } from './language.ts';
import type { Replay } from './type-stream.ts';
import type { CommonOptions, FetchOptions, SseClientOptions } from 'ssekit';

/** How the typewriter connects: the current values of the form. */
export interface ConnectionForm {
  readonly interval: number;
  /** Whether the server should require a token. */
  readonly auth: boolean;
  /** The options for the client. Without `resume`, they're the ones shown in the code panel. */
  options(resume?: Resume): SseClientOptions<Replay>;
}

/** What only this page's client needs. */
interface Resume extends Pick<FetchOptions, 'fetch'> {
  readonly lastEventId: string;
}

interface Choice {
  readonly text: (t: Dictionary) => string;
}

type Retry = Pick<CommonOptions, 'retry' | 'retryInterval'>;

const retries: Readonly<Record<string, Choice & { readonly options: Retry }>> = {
  default: { text: (t) => t.retryDefault, options: {} },
  never: { text: (t) => t.retryNever, options: { retry: false } },
  thrice: { text: (t) => t.retryThrice, options: { retry: 3 } },
  steady: {
    text: (t) => t.retrySteady,
    options: { retryInterval: 1000, retry: { factor: 1, jitter: false } },
  },
};

const decodes: Readonly<Record<string, Choice & { readonly decode: { readonly done?: 'json' } }>> = {
  text: { text: (t) => t.decodeText, decode: {} },
  json: { text: (t) => t.decodeJson, decode: { done: 'json' } },
};

/**
 * Speed, transport, retry, decode and a custom header. Calls `apply` for changes that need a new
 * client and `speedChanged` for a new speed.
 */
export function connectionForm(
  interval: number,
  { isMock }: Backend,
  on: { apply: () => void; speedChanged: () => void },
): ConnectionForm {
  const speed = speedSelect(interval);
  const transport = element('transport', HTMLSelectElement);
  const retry = choice('retry', retries);
  const decode = choice('decode', decodes);
  const name = element('header-name', HTMLInputElement);
  const value = element('header-value', HTMLInputElement);
  const auth = element('auth', HTMLInputElement);
  const native = [...transport.options].find((option) => option.value === 'native');
  if (isMock && native) {
    native.disabled = true;
    say(native, (t) => `native (${t.needsServer})`);
  }

  speed.addEventListener('change', on.speedChanged);
  for (const control of [transport, retry.select, decode.select, name, value, auth]) {
    control.addEventListener('change', () => {
      const native = transport.value === 'native';
      name.disabled = native;
      value.disabled = native;
      name.setCustomValidity(native ? '' : headerProblem(name.value, value.value));
      if (name.reportValidity()) on.apply();
    });
  }

  return {
    get interval() {
      return Number(speed.value);
    },
    get auth() {
      return auth.checked;
    },
    options(resume) {
      const common = { ...retry.chosen().options, decode: decode.chosen().decode };
      // Native EventSource can't send a chosen Last-Event-ID, so the ID travels in the query.
      const lastEventIdParam = 'lastEventId';
      if (transport.value === 'native') {
        const { lastEventId = '' } = resume ?? {};
        return { transport: 'native', ...common, lastEventId, lastEventIdParam };
      }
      const headers = value.value === '' ? undefined : { [name.value]: value.value };
      const resumed = resume && { ...resume, lastEventIdParam };
      // Only fetch can detect a stream that has gone silent.
      if (transport.value === 'fetch') {
        return { transport: 'fetch', idleTimeout: 5000, headers, ...common, ...resumed };
      }
      return { headers, ...common, ...resumed };
    },
  };
}

/** Fills a select with named choices. */
function choice<C extends Choice>(
  id: string,
  choices: Readonly<Record<string, C>>,
): { select: HTMLSelectElement; chosen: () => C } {
  const select = element(id, HTMLSelectElement);
  const all = Object.entries(choices);
  for (const [name, { text }] of all) {
    const option = new Option('', name);
    say(option, text);
    select.add(option);
  }
  return {
    select,
    chosen() {
      const found = all[select.selectedIndex];
      if (found) return found[1];
      throw new Error(`#${id} has no choice`);
    },
  };
}

/** What's wrong with a header, in the browser's words, or '' if nothing is. */
function headerProblem(name: string, value: string): string {
  if (value === '') return '';
  try {
    new Headers([[name, value]]);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The speed control. Adds the interval from the page's URL to the choices. */
function speedSelect(interval: number): HTMLSelectElement {
  const select = element('speed', HTMLSelectElement);
  const value = String(interval);
  if (![...select.options].some((option) => option.value === value)) {
    select.add(new Option(`${value} ms`, value));
  }
  select.value = value;
  return select;
}
