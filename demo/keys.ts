import type { Dictionary } from './dictionary.ts';
import { create, element } from './element.ts';
import { say } from './language.ts';
import { recall, remember } from './remember.ts';

export interface Key {
  /** The keys to press. Several make one row of keys that do the same in turn. */
  readonly keys: readonly string[];
  readonly what: (t: Dictionary) => string;
  press(key: string): void;
}

/**
 * Single-key shortcuts for frequent actions, and the list of them. People who use voice control can
 * turn them off.
 */
export function keyboard(keys: readonly Key[]): void {
  const dialog = element('keys', HTMLDialogElement);
  const enabled = element('keys-on', HTMLInputElement);
  const help: Key = {
    keys: ['?'],
    what: (t) => t.keyHelp,
    press: () => {
      dialog.showModal();
    },
  };
  const all = [...keys, help];
  for (const { keys: names, what } of all) {
    const meaning = create('dd', '');
    say(meaning, what);
    const term = create('dt', '', ...names.map((name) => create('kbd', '', name)));
    element('key-list', HTMLDListElement).append(create('div', '', term, meaning));
  }
  element('show-keys', HTMLButtonElement).addEventListener('click', () => {
    dialog.showModal();
  });
  enabled.checked = recall('keys') !== 'off';
  enabled.addEventListener('change', () => {
    remember('keys', enabled.checked ? 'on' : 'off');
  });
  document.addEventListener('keydown', (event) => {
    if (!enabled.checked || event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    if (event.target instanceof HTMLElement && event.target.matches('input, select, textarea')) return;
    const found = all.find((key) => key.keys.includes(event.key));
    if (!found) return;
    event.preventDefault();
    found.press(event.key);
  });
}
