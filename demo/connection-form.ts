import { element } from './element.ts';
import type { SseClientOptions } from 'ssekit';

/** How the typewriter connects, as the form says now. */
export interface ConnectionForm {
  readonly interval: number;
  /** Whether the server is asked to want a token. */
  readonly auth: boolean;
  /** The options of a client that resumes after this id. */
  options(lastEventId: string): SseClientOptions;
}

/** Speed, transport and a header of one's own. `apply` is called for changes that need a new client, `hurry` for a new speed. */
export function connectionForm(
  interval: number,
  on: { apply: () => void; hurry: () => void },
): ConnectionForm {
  const speed = speedSelect(interval);
  const transport = element('transport', HTMLSelectElement);
  const name = element('header-name', HTMLInputElement);
  const value = element('header-value', HTMLInputElement);
  const auth = element('auth', HTMLInputElement);

  speed.addEventListener('change', on.hurry);
  for (const control of [transport, name, value, auth]) {
    control.addEventListener('change', () => {
      const native = transport.value === 'native';
      name.disabled = native;
      value.disabled = native;
      name.setCustomValidity(native ? '' : complaint(name.value, value.value));
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
    options(lastEventId) {
      // Native EventSource cannot send a Last-Event-ID of the page's choice, so the id may travel in the query.
      const common = { lastEventId, lastEventIdParam: 'lastEventId' };
      if (transport.value === 'native') return { ...common, transport: 'native' };
      const headers = value.value === '' ? undefined : { [name.value]: value.value };
      // Only fetch notices a stream that has fallen silent.
      if (transport.value === 'fetch') return { ...common, headers, transport: 'fetch', idleTimeout: 5000 };
      return { ...common, headers };
    },
  };
}

/** What is wrong with a header, in the browser's words; '' if nothing. */
function complaint(name: string, value: string): string {
  if (value === '') return '';
  try {
    new Headers([[name, value]]);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The speed control, with the interval of the page's URL among its choices. */
function speedSelect(interval: number): HTMLSelectElement {
  const select = element('speed', HTMLSelectElement);
  const value = String(interval);
  if (![...select.options].some((option) => option.value === value)) {
    select.add(new Option(`${value} ms`, value));
  }
  select.value = value;
  return select;
}
