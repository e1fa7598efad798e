/** What the panel remembers in this browser, if the browser allows it. */
export interface Preferences {
  dock: 'bottom' | 'right';
  /** In px: the height at the bottom, the width at the right. */
  bottom: number;
  right: number;
  isOpen: boolean;
}

const KEY = 'ssekit-devtools';

export function recall(): Partial<Preferences> {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>;
    // Any script of this origin may have written it.
    const { dock, bottom, right, isOpen } = stored;
    return {
      ...((dock === 'bottom' || dock === 'right') && { dock }),
      ...(typeof bottom === 'number' && { bottom }),
      ...(typeof right === 'number' && { right }),
      ...(typeof isOpen === 'boolean' && { isOpen }),
    };
  } catch {
    return {};
  }
}

export function remember(preferences: Preferences): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // Storage may be full or forbidden. Then the panel starts as it did before.
  }
}
