import { element } from './element.ts';

/** The scenes in the order of their links in index.html. The address holds the current one. */
export interface Scenes {
  readonly names: readonly string[];
  show(name: string): void;
}

/** Shows the scene named in the address (`#dashboard`), or the first one. */
export function sceneSwitch(shown: (name: string) => void): Scenes {
  const main = element('main', HTMLElement);
  const bar = element('scenes', HTMLElement);
  const links = [...bar.querySelectorAll('a')];
  const names = links.map(({ hash }) => hash.slice(1));

  let current: string | undefined;

  function follow(): void {
    const requested = location.hash.slice(1);
    // Any other fragment, such as the skip link's, keeps the current scene.
    const name = names.find((name) => name === requested) ?? current ?? names[0] ?? '';
    if (name === current) return;
    current = name;
    main.dataset.scene = name;
    for (const [i, link] of links.entries()) {
      link.ariaCurrent = names[i] === name ? 'page' : null;
      // On narrow screens the links scroll.
      if (names[i] === name) bar.scrollLeft = link.offsetLeft - bar.offsetLeft - 24;
    }
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
