/* global document */
import 'recipe:lit';

const price = document.createElement('app-price');
document.querySelector('main').append(price);
globalThis.leave = () => price.remove();
