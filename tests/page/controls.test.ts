import { readdirSync, readFileSync } from 'node:fs';
import { describe } from 'vitest';
import {
  goesOn,
  hasFinished,
  hasTyped,
  lampShows,
  openBrowser,
  test,
  wholeText,
  type Visit,
} from './demo-page.ts';

/** Every control does something. Covers what the scenes' own files leave out. */

openBrowser();

const figure = ({ page }: Visit, root: string, name: string) =>
  page.locator(`#${root} [data-part="${name}"]`).textContent();

test('every control of the page is used by a test, under its name or its id', async ({ expect, visit }) => {
  const folder = new URL('.', import.meta.url);
  const sources = readdirSync(folder)
    .map((file) => readFileSync(new URL(file, folder), 'utf8'))
    .join('\n');
  const it = await visit({ interval: '60000' });
  // Those of the devtools have tests of their own.
  const controls = await it.page.evaluate(() =>
    [...document.querySelectorAll('button, select, input')].map((node) => {
      const labels = 'labels' in node ? [...(node.labels as NodeListOf<HTMLLabelElement>)] : [];
      // The text of a label without that of its select.
      const label = labels[0]?.querySelector('span') ?? labels[0];
      const name = node.localName === 'button' ? node.textContent : label?.textContent;
      return { id: node.id, name: name?.split(':')[0]?.trim() ?? '' };
    }),
  );
  expect(controls.length).toBeGreaterThan(45);
  const unused = controls.filter(
    ({ id, name }) =>
      !(id !== '' && sources.includes(`#${id}`)) &&
      !(name !== '' && [`'${name}'`, `/^${name}/`].some((use) => sources.includes(use))),
  );
  expect(unused).toEqual([]);
});

describe.concurrent('the fault buttons', () => {
  test('strike the connection that the tabs share, and no number is lost', async ({ expect, visit }) => {
    const it = await visit({ scene: 'tabs', interval: '60000' });
    await lampShows(it, 'open');
    await it.press(/^Cut/);
    await lampShows(it, 'reconnecting');
    await lampShows(it, 'open');
    const before = Number(await figure(it, 'tabs-counters', 'number'));
    await expect
      .poll(async () => Number(await figure(it, 'tabs-counters', 'number')))
      .toBeGreaterThan(before + 3);
    expect(await figure(it, 'tabs-counters', 'lost')).toBe('0');
  });

  test('strike the soak, and no number is lost or doubled', async ({ expect, visit }) => {
    const it = await visit({ scene: 'soak', interval: '60000', numbers: '5' });
    await it.press('Start soak');
    await lampShows(it, 'open');
    await it.press(/^503/);
    await lampShows(it, 'reconnecting', '503');
    await lampShows(it, 'open');
    await expect.poll(() => figure(it, 'soak-counters', 'connections')).toBe('2');
    await it.press('Stop soak');
    await lampShows(it, 'closed');
    expect(await figure(it, 'soak-counters', 'lost')).toBe('0');
    expect(await figure(it, 'soak-counters', 'doubled')).toBe('0');
  });
});

describe.concurrent('the settings', () => {
  test('retry: every second waits for exactly that', async ({ expect, visit }) => {
    const it = await visit();
    await it.page.getByLabel('retry').selectOption({ label: 'every second' });
    await lampShows(it, 'open', 'over fetch');
    await hasTyped(it, 20);
    await it.press(/^Reset/);
    await lampShows(it, 'reconnecting');
    await goesOn(it);
    // Between the two reset attempts there's a second, plus the time the machine takes for an attempt.
    await it.page.keyboard.press('d');
    await it.press('Connection');
    const delays = async () =>
      (await it.page.locator('.rows > [data-kind="request"]').allTextContents()).flatMap((text) =>
        [...text.matchAll(/attempt \d+, after (\d+) ms/g)].map(([, ms]) => Number(ms)),
      );
    await expect.poll(async () => (await delays()).length).toBeGreaterThan(0);
    expect((await delays()).every((ms) => ms >= 950 && ms <= 1000)).toBe(true);
  });

  test('a change of decode loses nothing of the text, and the last event fits it', async ({
    expect,
    visit,
  }) => {
    const it = await visit({ interval: '5' });
    await hasTyped(it, 50);
    await it.page.locator('#settings').getByLabel('decode').selectOption({ label: 'JSON for done' });
    await hasFinished(it);
    expect(await it.typed.textContent()).toBe(wholeText);
    expect(await it.page.locator('#no-error').isVisible()).toBe(true);
  });

  test('a header that cannot be sent is refused, and the stream goes on as it was', async ({
    expect,
    visit,
  }) => {
    const it = await visit();
    await it.page.locator('#settings').getByLabel('Header').fill('no header');
    await it.page.getByLabel('Value').fill('secret');
    await it.page.getByLabel('Value').press('Enter');
    expect(await it.page.locator('#header-name').evaluate((node) => node.matches(':invalid'))).toBe(true);
    await goesOn(it);
    expect(await it.lamp.getByRole('status').textContent()).toContain('native');
  });
});

test('Copy says so where the browser does not allow it', async ({ visit }) => {
  const it = await visit({ interval: '100' }, { permissions: [] });
  await it.page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException('', 'NotAllowedError'));
  });
  await it.press('Copy');
  await it.page
    .locator('#copy-note', { hasText: 'The browser doesn’t allow this page to copy.' })
    .waitFor({ state: 'attached' });
});

test('the key r reconnects the typewriter', async ({ visit }) => {
  const it = await visit();
  await hasTyped(it, 20);
  const request = it.page.waitForRequest(/\/api\/sse/);
  await it.page.keyboard.press('r');
  await request;
  await goesOn(it);
});
