import type { Backend } from './backend.ts';
import type { Dictionary } from './dictionary.ts';
import { element } from './element.ts';
import { say } from './language.ts';
import type { Replay } from './type-stream.ts';
import type { SseClientOptions } from 'ssekit';
import { decodes, names, replayOptions, retries, type ReplayChoice, type Resume } from './replay/choice.ts';

/** How the typewriter connects: the current values of the form. */
export interface ConnectionForm {
  readonly interval: number;
  readonly choice: ReplayChoice;
  readonly header: { readonly name: string; readonly value: string };
  /** The options for the client. */
  options(resume: Resume): SseClientOptions<Replay>;
}

type Words<K extends string> = Readonly<Record<K, (t: Dictionary) => string>>;

const retryWords: Words<ReplayChoice['retry']> = {
  default: (t) => t.retryDefault,
  never: (t) => t.retryNever,
  thrice: (t) => t.retryThrice,
  steady: (t) => t.retrySteady,
};

const decodeWords: Words<ReplayChoice['decode']> = {
  text: (t) => t.decodeText,
  json: (t) => t.decodeJson,
};

const transports: readonly ReplayChoice['transport'][] = ['auto', 'native', 'fetch'];

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
  const retry = choice('retry', names(retries), retryWords);
  const decode = choice('decode', names(decodes), decodeWords);
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
    get choice() {
      return {
        transport: transports.find((known) => known === transport.value) ?? 'auto',
        retry: retry.chosen(),
        decode: decode.chosen(),
        header: !name.disabled && value.value !== '',
        auth: auth.checked,
      };
    },
    get header() {
      return { name: name.value, value: value.value };
    },
    options(resume) {
      return replayOptions(this.choice, { [name.value]: value.value }, resume);
    },
  };
}

/** Fills a select with named choices. */
function choice<K extends string>(
  id: string,
  all: readonly K[],
  words: Words<K>,
): { select: HTMLSelectElement; chosen: () => K } {
  const select = element(id, HTMLSelectElement);
  for (const name of all) {
    const option = new Option('', name);
    say(option, words[name]);
    select.add(option);
  }
  return {
    select,
    chosen() {
      const found = all[select.selectedIndex];
      if (found !== undefined) return found;
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
