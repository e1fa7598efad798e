/** The local search of the site. */
import type { DefaultTheme, SiteConfig, UserConfig } from 'vitepress';

type Plugin = Extract<NonNullable<NonNullable<UserConfig['vite']>['plugins']>[number], { name: string }>;

/**
 * Splits text into words. Chinese has no blanks between words, so a search for 断线重连 would not
 * find 断线自动重连 without `Intl.Segmenter`. Engines disagree about words, and Node makes the index,
 * so pairs of characters count as words too. The page gets this function as text: it must not use
 * anything outside of itself.
 */
export const tokenize = (text: string): string[] =>
  text.split(/[\n\r\p{Z}\p{P}\p{S}]+/u).flatMap((part) =>
    (part.match(/\p{Script=Han}+|\P{Script=Han}+/gu) ?? []).flatMap((run) => {
      if (run.length < 2 || !/\p{Script=Han}/u.test(run)) return [run];
      const pairs = Array.from({ length: run.length - 1 }, (_, at) => run.slice(at, at + 2));
      if (!('Segmenter' in Intl)) return pairs;
      const words = [...new Intl.Segmenter('zh', { granularity: 'word' }).segment(run)];
      return [...words.map(({ segment }) => segment).filter((word) => word.length > 2), ...pairs];
    }),
  );

export const search: NonNullable<DefaultTheme.Config['search']> = {
  provider: 'local',
  options: {
    miniSearch: {
      options: { tokenize },
      searchOptions: { fuzzy: 0.2, prefix: true, boost: { title: 4, text: 2, titles: 1 } },
    },
    locales: {
      zh: {
        translations: {
          button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
          modal: {
            displayDetails: '显示详细列表',
            resetButtonTitle: '清除',
            backButtonTitle: '关闭搜索',
            noResultsText: '没有找到',
            footer: { selectText: '选择', navigateText: '切换', closeText: '关闭' },
          },
        },
      },
    },
  },
};

/**
 * VitePress chooses a page's search index by its file's folder, and `guide.zh-CN.md` isn't in `zh`.
 * So while it lists the files, `zh/../guide.zh-CN.md` stands for that file.
 */
export const chineseSearch: Plugin = {
  name: 'ssekit-chinese-search',
  configResolved(config) {
    const { vitepress: site } = config as unknown as { readonly vitepress: SiteConfig };
    const search = config.plugins.find(({ name }) => name === 'vitepress:local-search');
    /** It takes the list before its first `await`. */
    const inFolders =
      <Args extends unknown[], Result>(list: (...args: Args) => Result) =>
      (...args: Args): Result => {
        const { pages } = site;
        site.pages = pages.map((page) => (page.endsWith('.zh-CN.md') ? `zh/../${page}` : page));
        try {
          return list(...args);
        } finally {
          site.pages = pages;
        }
      };
    if (typeof search?.load === 'function') search.load = inFolders(search.load);
    if (typeof search?.configureServer === 'function')
      search.configureServer = inFolders(search.configureServer);
  },
};
