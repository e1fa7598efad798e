import { element } from './element.ts';

export interface Button {
  enable(enabled: boolean): void;
}

/**
 * A button that can be disabled while it has the focus: `aria-disabled` says so and keeps the keyboard's place, which
 * `disabled` would lose.
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
