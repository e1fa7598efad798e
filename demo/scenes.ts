import { element } from './element.ts';

/** The scenes by the order of their links in index.html. The address keeps which one is shown. */
export interface Scenes {
  readonly names: readonly string[];
  show(name: string): void;
}

/** Shows what belongs to the scene of the address (`#dashboard`), the first one by default. */
export function sceneSwitch(shown: (name: string) => void): Scenes {
  const main = element('main', HTMLElement);
  const bar = element('scenes', HTMLElement);
  const links = [...bar.querySelectorAll('a')];
  const names = links.map(({ hash }) => hash.slice(1));

  let shownNow: string | undefined;

  function follow(): void {
    const asked = location.hash.slice(1);
    // Any other fragment, as of the skip link, leaves the scene as it is.
    const name = names.find((known) => known === asked) ?? shownNow ?? names[0] ?? '';
    if (name === shownNow) return;
    shownNow = name;
    main.dataset.scene = name;
    for (const [i, link] of links.entries()) {
      link.ariaCurrent = names[i] === name ? 'page' : null;
      // On a narrow screen the links scroll.
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
