import type { Page } from 'playwright';
import { describe, expect } from 'vitest';
import { origin, openBrowser, test } from './demo-page.ts';

openBrowser();

/** Only events that the test is about. */
const quiet = { scene: 'soak', interval: '600000', metrics: '600000' };

const toggle = (page: Page, name: 'Start soak' | 'Stop soak') =>
  page.getByRole('button', { name, exact: true });
const counter = async (page: Page, name: string) =>
  Number((await page.locator(`#soak-counters [data-part="${name}"]`).textContent())?.replaceAll(',', ''));
const atLeast = (page: Page, name: string, count: number) =>
  page.waitForFunction(
    ([name, count]) => {
      const text = document.querySelector(`#soak-counters [data-part="${name}"]`)?.textContent ?? '';
      return Number(text.replaceAll(',', '')) >= count;
    },
    [name, count] as const,
  );
const lossless = async (page: Page) => {
  expect([await counter(page, 'lost'), await counter(page, 'doubled')]).toEqual([0, 0]);
};

async function stats(session: string): Promise<{ open: number; requests: number } | undefined> {
  const { sessions } = (await (await fetch(`${origin}/api/stats`)).json()) as {
    sessions: Record<string, { open: number; requests: number }>;
  };
  return sessions[`${session}-soak`];
}

async function strike(session: string, fault: object): Promise<void> {
  const response = await fetch(`${origin}/api/faults`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ session: `${session}-soak`, ...fault }),
  });
  expect(response.status).toBe(200);
}

describe('the soak', () => {
  test('asks for nothing until it is started, and counts until it is stopped', async ({ visit }) => {
    const { page, session } = await visit({ ...quiet, numbers: '5' });
    await page.locator('#lamp[data-status="closed"]').waitFor();
    expect(await stats(session)).toBeUndefined();
    await toggle(page, 'Start soak').click();
    await atLeast(page, 'received', 100);
    await toggle(page, 'Stop soak').click();
    await expect.poll(async () => (await stats(session))?.open).toBe(0);
    expect(await counter(page, 'connections')).toBe(1);
    await lossless(page);
  });

  test('goes on with the next number after Stop and Start', async ({ visit }) => {
    const { page } = await visit({ ...quiet, numbers: '5' });
    await toggle(page, 'Start soak').click();
    await atLeast(page, 'received', 50);
    await toggle(page, 'Stop soak').click();
    await toggle(page, 'Start soak').click();
    await atLeast(page, 'connections', 2);
    await atLeast(page, 'received', (await counter(page, 'received')) + 50);
    await lossless(page);
  });

  test('loses and doubles nothing through cuts, resets, refusals, slow answers and silence', async ({
    visit,
  }) => {
    const { page, session } = await visit({ ...quiet, numbers: '2' });
    await toggle(page, 'Start soak').click();
    let connections = 1;
    for (const fault of [
      { kind: 'cut' },
      { kind: 'cut', after: 7 },
      { kind: 'reset', times: 2 },
      { kind: 'unavailable', times: 1, retryAfter: 1 },
      { kind: 'slow-open', ms: 300 },
      { kind: 'silence' },
    ]) {
      await atLeast(page, 'received', (await counter(page, 'received')) + 20);
      await strike(session, fault);
      await atLeast(page, 'connections', ++connections);
    }
    await atLeast(page, 'received', (await counter(page, 'received')) + 100);
    await lossless(page);
    expect((await stats(session))?.open).toBe(1);
  });

  test('strikes by itself while the switch is on, and is still whole after that', async ({ visit }) => {
    const { page } = await visit({ ...quiet, numbers: '2' });
    await page.getByLabel('Chaos').check();
    await toggle(page, 'Start soak').click();
    await page.locator('#soak-note', { hasText: 'Injected' }).waitFor();
    await atLeast(page, 'connections', 3);
    await page.getByLabel('Chaos').uncheck();
    await atLeast(page, 'received', (await counter(page, 'received')) + 100);
    await lossless(page);
  });

  test('does not strike what is down already', async ({ visit }) => {
    const { page, session } = await visit({ ...quiet, numbers: '5' });
    await toggle(page, 'Start soak').click();
    await atLeast(page, 'received', 10);
    await strike(session, { kind: 'unavailable', times: 1000 });
    await page.locator('#lamp[data-status="reconnecting"]').waitFor();
    const strikes: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/api/faults')) strikes.push(request.postData() ?? '');
    });
    await page.getByLabel('Chaos').check();
    // A fault would come within two seconds. The sixth failure comes later.
    await page.locator('#lamp .countdown', { hasText: 'failures: 6' }).waitFor();
    expect(strikes).toEqual([]);
  });

  test('can be run with the keyboard alone, and keeps the focus on its button', async ({ visit }) => {
    const { page } = await visit({ ...quiet, numbers: '5' });
    await toggle(page, 'Start soak').focus();
    await page.keyboard.press('Enter');
    await atLeast(page, 'received', 10);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('soak-toggle');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    expect(await page.getByLabel('Chaos').isChecked()).toBe(true);
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await toggle(page, 'Start soak').waitFor();
  });
});

describe('the dashboard', () => {
  test('shows what is wrong with a payload that is no JSON, and the figures go on', async ({ visit }) => {
    const { page, complaints } = await visit({ ...quiet, scene: 'dashboard', metrics: '100' });
    await page.locator('#lamp[data-status="open"]').waitFor();
    await page.getByRole('button', { name: 'Send a bad payload' }).click();
    const fact = (name: string) => page.locator(`#payload-error [data-part="${name}"]`);
    await fact('raw')
      .filter({ hasText: /^\{"time":/ })
      .waitFor();
    expect(await fact('code').textContent()).toBe('decode');
    expect(await fact('event').textContent()).toBe('message');
    const raw = (await fact('raw').textContent()) ?? '';
    expect(() => JSON.parse(raw) as unknown).toThrow(SyntaxError);
    const line = () => page.locator('#tiles polyline').first().getAttribute('points');
    const before = await line();
    await expect.poll(line).not.toBe(before);
    expect(await page.locator('#lamp').getAttribute('data-status')).toBe('open');
    expect(complaints).toEqual([]);
  });
});

test.for([
  ['light', 1280],
  ['dark', 1280],
  ['light', 360],
  ['dark', 360],
] as const)('the two cards fit the page: %s, %i px', async ([colorScheme, width], { visit }) => {
  const { page } = await visit(
    { ...quiet, numbers: '1', metrics: '50' },
    { colorScheme, viewport: { width, height: 900 } },
  );
  await toggle(page, 'Start soak').click();
  await atLeast(page, 'received', 1000);
  for (const card of ['.soak', '.dashboard']) {
    if (card === '.dashboard') {
      await page.getByRole('link', { name: 'Dashboard' }).click();
      await page.getByRole('button', { name: 'Send a bad payload' }).click();
      await page.locator('#payload-error').waitFor();
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    const clipped = await page
      .locator(`${card} button, ${card} .figure, ${card} dd`)
      .evaluateAll((nodes) =>
        nodes
          .filter(
            (node) =>
              node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflow === 'visible',
          )
          .map((node) => node.textContent),
      );
    expect(clipped).toEqual([]);
  }
});
