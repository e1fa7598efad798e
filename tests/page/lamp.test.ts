import { describe, expect } from 'vitest';
import { lampShows, openBrowser, test, type Visit } from './demo-page.ts';

/** The bar with the links and the lamp, at every width that people have, in every state. */

const widths = [320, 360, 600, 760, 800, 860, 950, 1024, 1280, 1920];

openBrowser();

/** Texts of the bar that are cut, or that leave their box or the page. */
function clipped(): string[] {
  const bar = document.querySelector('.bar');
  const nodes = [...(bar?.querySelectorAll<HTMLElement>('*') ?? [])].filter((node) => node.offsetParent);
  const isCut = (node: HTMLElement) =>
    node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 1;
  const leaves = (node: HTMLElement) => {
    const { left, right, top, bottom } = node.getBoundingClientRect();
    const box = (node.closest('.lamp') ?? bar)?.getBoundingClientRect();
    const outside = !box || left < box.left - 1 || right > box.right + 1 || bottom > box.bottom + 1;
    return outside || top < box.top - 1 || right > innerWidth;
  };
  return nodes
    .filter((node) => node.textContent.trim() !== '' && ((node.clientWidth && isCut(node)) || leaves(node)))
    .map((node) => `${innerWidth} px: ${node.dataset.part ?? node.localName}: ${node.textContent}`);
}

async function clippedAtAnyWidth({ page }: Visit): Promise<string[]> {
  const found: string[] = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    found.push(...(await page.evaluate(clipped)));
  }
  return found;
}

describe.for([
  ['English', 'en-US'],
  ['Chinese', 'zh-CN'],
] as const)('in %s, no text of the bar is cut at any width', ([, locale]) => {
  /** By the page's IDs and fault names, so the steps are the same in both languages. */
  test.for<[name: string, status: string, steps: readonly (string | RegExp)[], unanswered?: string]>([
    ['connecting', 'connecting', [/^(Slow open|延迟响应)/, '#close', '#connect']],
    ['open', 'open', []],
    ['reconnecting after a 503, with a countdown', 'reconnecting', [/^503/]],
    // Its random delay may be over before all widths are measured.
    ['reconnecting after a reset', 'reconnecting', [/^(Reset|连接重置)/], '**/api/sse*'],
    ['closed by a 401', 'closed', [/^401/]],
    ['closed by a login page', 'closed', [/^HTML/]],
    ['closed normally', 'closed', ['#close']],
  ])('%s', async ([, status, steps, unanswered], { visit }) => {
    const it = await visit({}, { locale });
    await lampShows(it, 'open');
    if (unanswered) await it.page.route(unanswered, () => undefined);
    for (const step of steps) {
      await (
        typeof step === 'string' ? it.page.locator(step) : it.page.getByRole('button', { name: step })
      ).click();
    }
    await it.page.locator(`#lamp[data-status="${status}"]`).waitFor();
    expect(await clippedAtAnyWidth(it)).toEqual([]);
    expect(await it.lamp.getAttribute('data-status')).toBe(status);
  });
});
