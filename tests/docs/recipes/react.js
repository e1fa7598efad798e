/* global document */
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';

export function show(element) {
  const root = createRoot(document.querySelector('main'));
  root.render(element);
  globalThis.leave = () => root.unmount();
}

export { createElement };
