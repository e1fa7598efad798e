import { SseError } from 'ssekit';
import { texts } from '../language.ts';
import { zh } from '../dictionary.ts';

/** Where `error.help` points: a page of the site, or a file of the package while there's no site. */
const help = new SseError('network', '').help;

/** The documentation's site. A page that was built for it stands in its folder `demo`. */
const site =
  import.meta.env.MODE === 'site' ? '../' : /^https?:/.test(help) ? help.replace(/[^/]*$/, '') : undefined;

/** A page of the site in the page's language, or `undefined` if the site has no address. */
export function sitePage(page: string): string | undefined {
  return site === undefined ? undefined : `${site}${texts() === zh ? 'zh/' : ''}${page}`;
}

/** The reference, which is only in English. */
export const reference = site === undefined ? undefined : `${site}api/ssekit.html`;

/** Where an error is explained. */
export function helpPage(error: SseError): string | undefined {
  return sitePage(`errors.html${error.help.slice(error.help.indexOf('#'))}`);
}

/** The repository, if the build knows it. */
export const repository = import.meta.env.SOURCE;
