import { copyButton } from '../copy-button.ts';
import { element } from '../element.ts';
import { onLanguage } from '../language.ts';
import { reference, repository, sitePage } from './site.ts';

/** The line to install ssekit, and the links to what's known of docs, API and source. */
export function header(): void {
  const install = element('install', HTMLElement);
  copyButton('copy-install', () => install.textContent);
  const nav = element('links', HTMLElement);
  onLanguage(() => {
    const targets = { docs: sitePage('guide.html'), api: reference, source: repository };
    for (const [name, target] of Object.entries(targets)) {
      const link = nav.querySelector<HTMLAnchorElement>(`[data-link="${name}"]`);
      if (!link) continue;
      link.hidden = target === undefined;
      if (target !== undefined) link.href = target;
    }
    nav.hidden = Object.values(targets).every((target) => target === undefined);
  });
}
