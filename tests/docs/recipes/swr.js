import { Price } from 'recipe:swr';
import { createElement, show } from './react.js';

show(createElement(Price));
