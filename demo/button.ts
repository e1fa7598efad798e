import { element } from './element.ts';

export interface Button {
  enable(enabled: boolean): void;
}

/**
 * A button that can be disabled while it has focus. `disabled` would lose the keyboard's place, so
 * this uses `aria-disabled`.
 */
export function button(id: string, press: () => void): Button {
  const node = element(id, HTMLButtonElement);
  node.addEventListener('click', () => {
    if (node.ariaDisabled !== 'true') press();
  });
  return {
    enable(enabled) {
      node.ariaDisabled = enabled ? null : 'true';
    },
  };
}
