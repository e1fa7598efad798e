import { element } from './element.ts';
import { recall, remember } from './remember.ts';

const listeners = new Set<() => void>();

/** Auto, light or dark. Remembers the choice if the browser allows it. */
export function themeSwitch(): void {
  const radios = [...element('theme', HTMLFieldSetElement).querySelectorAll('input')];
  const apply = (theme: string) => {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    for (const listener of listeners) listener();
  };

  const remembered = radios.find(({ value }) => value === recall('theme'));
  if (remembered) {
    remembered.checked = true;
    apply(remembered.value);
  }
  for (const radio of radios) {
    radio.addEventListener('change', () => {
      apply(radio.value);
      remember('theme', radio.value);
    });
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    for (const listener of listeners) listener();
  });
}

/** For code that sets colours by script, such as a canvas. */
export function onTheme(listener: () => void): void {
  listeners.add(listener);
}
