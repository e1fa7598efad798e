import { en, zh, type Dictionary } from './dictionary.ts';
import { element, write } from './element.ts';
import { recall, remember } from './remember.ts';

const languages = { en, zh };
type Language = keyof typeof languages;
const tags: Record<Language, string> = { en: 'en', zh: 'zh-CN' };

let current: Language = 'en';
const said = new Map<Element, (t: Dictionary) => string>();
const listeners = new Set<() => void>();

/** The texts of the language that is chosen now. */
export function texts(): Dictionary {
  return languages[current];
}

/** Writes a text that changes with the language. The newest one for an element counts. For elements that stay. */
export function say(node: Element, read: (t: Dictionary) => string): void {
  said.set(node, read);
  write(node, read(texts()));
}

/** Called now, and whenever the language changes. */
export function onLanguage(listener: () => void): void {
  listeners.add(listener);
  listener();
}

/** Chinese or English: by the browser's language at first, then as chosen. */
export function languageSwitch(): void {
  current = known(recall('language') ?? '') ?? preferred();
  for (const node of document.querySelectorAll<HTMLElement>('[data-t]')) {
    const key = node.dataset.t ?? '';
    say(node, (t) => named(t, key));
  }
  onLanguage(() => {
    document.documentElement.lang = tags[current];
    for (const node of document.querySelectorAll<HTMLElement>('[data-t-label]')) {
      node.ariaLabel = named(texts(), node.dataset.tLabel ?? '');
    }
  });
  for (const radio of element('language', HTMLFieldSetElement).querySelectorAll('input')) {
    radio.checked = radio.value === current;
    radio.addEventListener('change', () => {
      current = known(radio.value) ?? current;
      remember('language', current);
      for (const [node, read] of said) write(node, read(texts()));
      for (const listener of listeners) listener();
    });
  }
}

function preferred(): Language {
  return /^zh\b/i.test(navigator.language) ? 'zh' : 'en';
}

function known(name: string): Language | undefined {
  return name === 'en' || name === 'zh' ? name : undefined;
}

/** The text that index.html asks for; a name that is not there is a mistake in index.html, which a test finds. */
function named(t: Dictionary, key: string): string {
  const text = new Map<string, unknown>(Object.entries(t)).get(key);
  if (typeof text === 'string') return text;
  throw new Error(`the dictionary has no text "${key}"`);
}
