/* global document */
import { mount, unmount } from 'svelte';
import Price from 'recipe:svelte';

const price = mount(Price, { target: document.querySelector('main') });
globalThis.leave = () => unmount(price);
