import { Price } from 'recipe:zustand';
import { createElement, show } from './react.js';

show(createElement(Price));
