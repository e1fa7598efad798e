import { button } from './button.ts';
import { element } from './element.ts';
import { highlighted } from './highlight.ts';
import { say } from './language.ts';
import type { Framework, Snippets } from './snippets.ts';

export interface CodePanel {
  /** Sets the code of a scene, whether or not it's shown. */
  set(scene: string, snippets: Snippets): void;
  show(scene: string): void;
}

/** Shows a program that does the same as the scene, ready to copy. */
export function codePanel(): CodePanel {
  const source = element('source', HTMLElement);
  const note = element('copy-note', HTMLElement);
  const choices = element('framework', HTMLFieldSetElement);
  const radios = [...choices.querySelectorAll('input')];
  const codes = new Map<string, Snippets>();
  let shown = '';
  let framework: Framework = 'vanilla';

  const copy = element('copy', HTMLButtonElement);
  button('copy', () => {
    void navigator.clipboard.writeText(source.textContent).then(
      () => {
        announce((t) => t.copied);
      },
      () => {
        announce((t) => t.copyFailed);
      },
    );
  });
  function announce(text: Parameters<typeof say>[1]): void {
    say(note, text);
    say(copy, text);
    copy.addEventListener(
      'blur',
      () => {
        showLabels();
      },
      { once: true },
    );
  }
  function showLabels(): void {
    say(note, () => '');
    say(copy, (t) => t.copy);
  }

  function render(): void {
    const snippets = codes.get(shown) ?? {};
    choices.hidden = Object.keys(snippets).length < 2;
    const program = snippets[framework] ?? snippets.vanilla ?? '';
    source.textContent = program;
    showLabels();
    void highlighted(program).then((nodes) => {
      if (source.textContent === program) source.replaceChildren(...nodes);
    });
  }
  for (const radio of radios) {
    radio.addEventListener('change', () => {
      framework = radio.value === 'react' || radio.value === 'vue' ? radio.value : 'vanilla';
      render();
    });
  }

  return {
    set(scene, snippets) {
      codes.set(scene, snippets);
      if (scene === shown) render();
    },
    show(scene) {
      shown = scene;
      render();
    },
  };
}
