/** The pages of the site, in the order of the sidebar. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type Language = 'en' | 'zh';

interface Group {
  readonly title: Readonly<Record<Language, string>>;
  /** Path below docs without `.md`, and the title in both languages. */
  readonly pages: readonly (readonly [path: string, en: string, zh: string])[];
}

const groups: readonly Group[] = [
  {
    title: { en: 'Start', zh: '开始' },
    pages: [
      ['start', 'Overview', '概览'],
      ['guide', 'Guide', '指南'],
      ['react', 'React', 'React'],
      ['vue', 'Vue', 'Vue'],
    ],
  },
  {
    title: { en: 'Reference', zh: '参考' },
    pages: [
      ['events', 'Events and state', '事件与状态'],
      ['options', 'Options and retry', '选项与重试'],
      ['sharing', 'One connection for all tabs', '所有标签页共用一个连接'],
      ['slots', 'A drop-in EventSource', '直接替换 EventSource'],
      ['places', 'Where it runs', '运行环境'],
      ['miniprogram', 'WeChat mini programs', '微信小程序'],
      ['react-native', 'React Native and Expo', 'React Native 与 Expo'],
      ['devtools', 'Devtools', '开发者工具'],
    ],
  },
  {
    title: { en: 'API', zh: 'API' },
    // From the comments in src, by npm run docs:api.
    pages: ['', '/react', '/vue', '/xhr', '/miniprogram', '/devtools', '/testing'].map((entry) => {
      const name = `ssekit${entry}`;
      return [`api/${name}`, name, name];
    }),
  },
  {
    title: { en: 'Recipes', zh: '实用指南' },
    pages: [
      ['recipes/llm', 'Language models', '大模型'],
      ['recipes/servers', 'Servers and proxies', '服务端与代理'],
      ['servers', 'Servers by language', '各语言的服务端'],
      ['protocols', 'Protocols', '协议'],
      ['recipes/auth', 'Authentication', '身份验证'],
      ['recipes/frameworks', 'Frameworks', '框架'],
      ['recipes/state', 'State libraries and routers', '状态库与路由'],
      ['recipes/dashboard', 'Dashboards', '数据大屏'],
      ['recipes/testing', 'Testing', '测试'],
    ],
  },
  {
    title: { en: 'Help', zh: '帮助' },
    pages: [
      ['recipes/troubleshooting', 'Troubleshooting', '按症状排查'],
      ['errors', 'Errors', '错误一览'],
      ['faq', 'Questions and answers', '常见问题'],
      ['migration', 'Migration', '迁移'],
      ['glossary', 'Glossary', '术语表'],
    ],
  },
  {
    title: { en: 'Background', zh: '背景' },
    pages: [
      ['comparison', 'Comparison', '比较'],
      ['performance', 'Size and speed', '体积与性能'],
      ['security', 'Security', '安全'],
      ['faults', 'Faults', '故障'],
      ['scaling', 'Scaling', '扩容'],
      ['design', 'Design', '设计'],
    ],
  },
];

const exists = (file: string) => existsSync(fileURLToPath(new URL(`../${file}`, import.meta.url)));

/** Where the site has a file of this folder: `guide.zh-CN.md` is at `zh/guide.md`. */
export const placeOf = (file: string): string => file.replace(/^(.*)\.zh-CN\.md$/, 'zh/$1.md');

/** The sidebar. A page that has no Chinese version yet is listed in English. */
export function sidebar(language: Language) {
  return groups.map(({ title, pages }) => ({
    text: title[language],
    items: pages
      .filter(([path]) => exists(`${path}.md`))
      .map(([path, en, zh]) => {
        if (language === 'en') return { text: en, link: `/${path}` };
        return exists(`${path}.zh-CN.md`)
          ? { text: zh, link: `/zh/${path}` }
          : { text: `${zh}（英文）`, link: `/${path}` };
      }),
  }));
}
