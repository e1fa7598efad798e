import { element } from './element.ts';

/** The scenes by the order of their links in index.html. The address keeps which one is shown. */
export interface Scenes {
  readonly names: readonly string[];
  show(name: string): void;
}

/** Shows what belongs to the scene of the address (`#dashboard`), the first one by default. */
export function sceneSwitch(shown: (name: string) => void): Scenes {
  const main = element('main', HTMLElement);
  const links = [...element('scenes', HTMLElement).querySelectorAll('a')];
  const names = links.map(({ hash }) => hash.slice(1));

  function follow(): void {
    const asked = location.hash.slice(1);
    const name = names.find((known) => known === asked) ?? names[0] ?? '';
    main.dataset.scene = name;
    for (const [i, link] of links.entries()) link.ariaCurrent = names[i] === name ? 'page' : null;
    for (const block of document.querySelectorAll<HTMLElement>('[data-scenes]')) {
      block.hidden = !block.dataset.scenes?.split(' ').includes(name);
    }
    shown(name);
  }
  addEventListener('hashchange', follow);
  follow();
  return {
    names,
    show(name) {
      location.hash = name;
    },
  };
}
