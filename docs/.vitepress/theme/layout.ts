import { useData } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import { defineComponent, h, onMounted, watch } from 'vue';
import { OnlyEnglish } from './only-english.ts';

/** The default layout. The first page gets the landmark that only the other pages have. */
export const Layout = defineComponent({
  setup() {
    const { frontmatter } = useData();
    onMounted(() => {
      watch(
        () => frontmatter.value.layout === 'home',
        (isHome) => {
          const content = document.getElementById('VPContent');
          if (isHome) content?.setAttribute('role', 'main');
          else content?.removeAttribute('role');
        },
        { immediate: true },
      );
    });
    return () => h(DefaultTheme.Layout, null, { 'not-found': () => h(OnlyEnglish) });
  },
});
