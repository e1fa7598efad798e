/* global document */
import markup from 'recipe:alpine:markup';

const main = document.querySelector('main');
main.innerHTML = markup;
await import('recipe:alpine');
globalThis.leave = () => main.replaceChildren();
