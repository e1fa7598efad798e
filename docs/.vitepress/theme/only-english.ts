import { useRouter, withBase } from 'vitepress';
import { defineComponent, h } from 'vue';

/** Shown for an address without a page. A page that isn't translated exists in English. */
export const OnlyEnglish = defineComponent({
  setup() {
    const { route } = useRouter();
    return () => {
      const english = route.path.replace(/\/zh\//, '/');
      return h('div', { class: 'only-english' }, [
        english === route.path
          ? ['There is no such page. ', h('a', { href: withBase('/') }, 'Go to the first page')]
          : ['这一页只有英文版，或者不存在。', h('a', { href: english }, '打开英文版')],
      ]);
    };
  },
});
