import { onTheme } from './theme.ts';
import type { Devtools } from 'ssekit/devtools';

/**
 * Mounts the panel as any page would. It takes the language from the document by itself, and the
 * theme from this page's switch. Resolves to nothing if it can't be loaded: the page works without.
 */
export async function devtoolsPanel(): Promise<Devtools | undefined> {
  try {
    const { mountDevtools } = await import('ssekit/devtools');
    const devtools = mountDevtools();
    const follow = () => {
      const { theme } = document.documentElement.dataset;
      devtools.update({ theme: theme === 'light' || theme === 'dark' ? theme : 'auto' });
    };
    follow();
    onTheme(follow);
    return devtools;
  } catch (error) {
    reportError(error);
    return undefined;
  }
}
