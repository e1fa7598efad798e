/* global document */
import { createComponent, render } from 'solid-js/web';
import { Price } from 'recipe:solid';

globalThis.leave = render(() => createComponent(Price, {}), document.querySelector('main'));
