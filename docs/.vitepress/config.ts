/** The documentation's site: `npm run docs` serves it, `npm run docs:build` builds it. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { anchorOf, siteLinks } from './links.ts';
import { writeTexts } from './llms.ts';
import { placeOf, sidebar } from './pages.ts';
import { chineseSearch, search } from './search.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replaceAll('\\', '/');

const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%232b4acb'/%3E%3Cpath d='M4 5h8M4 8h5' stroke='%23fff' stroke-width='1.6' stroke-linecap='round'/%3E%3Cpath d='M11.5 7v5' stroke='%23fff' stroke-width='1.6'/%3E%3C/svg%3E";

const { GITHUB_SERVER_URL: host = 'https://github.com', GITHUB_REPOSITORY: name } = process.env;

export default defineConfig({
  title: 'ssekit',
  // The workflow publishes below the repository's name.
  base: process.env.DOCS_BASE ?? '/',
  outDir: '../dist-docs',
  rewrites: placeOf,
  buildEnd: ({ outDir }) => {
    writeTexts(root, outDir);
  },
  head: [['link', { rel: 'icon', href: icon }]],
  markdown: {
    anchor: { slugify: anchorOf },
    config: siteLinks(root),
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  vite: { logLevel: 'warn', plugins: [chineseSearch] },
  themeConfig: {
    search,
    ...(name === undefined ? {} : { socialLinks: [{ icon: 'github', link: `${host}/${name}` }] }),
  },
  locales: {
    root: {
      label: 'English',
      lang: 'en',
      description: 'A typed Server-Sent Events client for browsers, with hooks for React and Vue.',
      themeConfig: {
        nav: [
          { text: 'Guide', link: '/guide' },
          { text: 'Options', link: '/options' },
          { text: 'Help', link: '/faq' },
        ],
        sidebar: sidebar('en'),
        outline: { level: [2, 3] },
      },
    },
    zh: {
      label: '简体中文',
      lang: 'zh-CN',
      link: '/zh/',
      description: '浏览器端的 Server-Sent Events 客户端，类型完整，支持 React 和 Vue。',
      themeConfig: {
        nav: [
          { text: '指南', link: '/zh/guide' },
          { text: '选项', link: '/zh/options' },
          { text: '帮助', link: '/zh/faq' },
        ],
        sidebar: sidebar('zh'),
        outline: { level: [2, 3], label: '本页内容' },
        docFooter: { prev: '上一页', next: '下一页' },
        darkModeSwitchLabel: '深浅色',
        lightModeSwitchTitle: '切换到浅色',
        darkModeSwitchTitle: '切换到深色',
        sidebarMenuLabel: '目录',
        returnToTopLabel: '回到顶部',
        langMenuLabel: '切换语言',
        skipToContentLabel: '跳到正文',
        notFound: {
          title: '没有这一页',
          quote: '有些页面只有英文版。',
          linkLabel: '回到首页',
          linkText: '回到首页',
        },
      },
    },
  },
});
