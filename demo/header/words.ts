import type { Translation } from '../translation.ts';

const en = {
  copyInstall: 'Copy the line that installs it',
  links: 'Documentation',
  docs: 'Docs',
  api: 'API',
  source: 'Source',
} as const;

const zh: Translation<typeof en> = {
  copyInstall: '复制安装命令',
  links: '文档',
  docs: '文档',
  api: 'API',
  source: '源码',
};

export const header = { en, zh };
