import { button } from './button.ts';
import { element } from './element.ts';
import { say } from './language.ts';

/**
 * A button that copies a text, and says so until it loses the focus. Its live region has the same ID
 * with `-note`.
 */
export function copyButton(id: string, text: () => string): void {
  const node = element(id, HTMLButtonElement);
  const note = element(`${id}-note`, HTMLElement);
  function announce(said: Parameters<typeof say>[1]): void {
    say(node, said);
    say(note, said);
    node.addEventListener(
      'blur',
      () => {
        say(node, (t) => t.copy);
        say(note, () => '');
      },
      { once: true },
    );
  }
  button(id, () => {
    // Without a secure origin there's no clipboard.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    const copying = clipboard?.writeText(text()) ?? Promise.reject(new Error('there is no clipboard'));
    copying.then(
      () => {
        announce((t) => t.copied);
      },
      () => {
        announce((t) => t.copyFailed);
      },
    );
  });
}
