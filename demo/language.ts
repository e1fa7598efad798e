import { en, zh, type Dictionary } from './dictionary.ts';
import { element, write } from './element.ts';
import { recall, remember } from './remember.ts';

const languages = { en, zh };
export type Language = keyof typeof languages;
const tags: Record<Language, string> = { en: 'en', zh: 'zh-CN' };

let current: Language = 'en';
const said = new Map<Element, (t: Dictionary) => string>();
const listeners = new Set<() => void>();

/** The current language. */
export function language(): Language {
  return current;
}

/** The texts of the current language. */
export function texts(): Dictionary {
  return languages[current];
}

/**
 * Writes a text that follows the language. The last call for an element wins. For elements that
 * stay on the page.
 */
export function say(node: Element, read: (t: Dictionary) => string): void {
  said.set(node, read);
  write(node, read(texts()));
}

/** Calls the listener now and whenever the language changes. Call the result to stop. */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener);
  listener();
  return () => {
    listeners.delete(listener);
  };
}

/** Chinese or English: first by the browser's language, then as chosen. */
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

/**
 * The text that index.html names. A missing name is a mistake in index.html, and a test finds it.
 */
function named(t: Dictionary, key: string): string {
  const text = new Map<string, unknown>(Object.entries(t)).get(key);
  if (typeof text === 'string') return text;
  throw new Error(`the dictionary has no text "${key}"`);
}
