import DefaultTheme from 'vitepress/theme';
import type { Theme } from 'vitepress';
import { Demo } from './demo.ts';
import { Layout } from './layout.ts';
import './style.css';

export default {
  extends: DefaultTheme,
  Layout,
  enhanceApp({ app }) {
    app.component('Demo', Demo);
  },
} satisfies Theme;
