import { element } from './element.ts';

const key = 'ssekit-demo-theme';

/** Auto, light or dark; remembered where the browser lets a page remember. */
export function themeSwitch(): void {
  const choices = element('theme', HTMLFieldSetElement);
  const radios = [...choices.querySelectorAll('input')];
  const apply = (theme: string) => {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  };

  const remembered = radios.find(({ value }) => value === recall());
  if (remembered) {
    remembered.checked = true;
    apply(remembered.value);
  }
  for (const radio of radios) {
    radio.addEventListener('change', () => {
      apply(radio.value);
      remember(radio.value);
    });
  }
}

/** Storage is refused in some privacy modes; the theme then lasts as long as the page. */
function recall(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function remember(theme: string): void {
  try {
    localStorage.setItem(key, theme);
  } catch {
    return;
  }
}
