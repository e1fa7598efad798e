import { describe } from 'vitest';
import { answerTo } from '../../demo/server/answer.ts';
import { breakOff, openBrowser, streamsOpen, test, type Visit } from './demo-page.ts';

openBrowser();

const answers = ({ page }: Visit) => page.locator('.answer');
const note = ({ page }: Visit, text: string) => page.locator('#chat-note', { hasText: text }).waitFor();

async function ask({ page }: Visit, question: string): Promise<void> {
  await page.getByLabel('Your question').fill(question);
  await page.getByLabel('Your question').press('Enter');
}

/** The messages of a request, as the server gets them. */
async function sentWhen(
  visit: Visit,
  act: () => Promise<void>,
): Promise<{ role: string; content: string }[]> {
  const [request] = await Promise.all([visit.page.waitForRequest(/\/api\/chat/), act()]);
  return (request.postDataJSON() as { messages: { role: string; content: string }[] }).messages;
}

describe.concurrent('the chat', () => {
  test('streams the answer as Markdown: a list, code, a heading and a table', async ({ expect, visit }) => {
    const it = await visit({ scene: 'chat', chat: '5' });
    await ask(it, 'Why not WebSocket?');
    // Half an answer is there before the rest.
    await it.page.locator('.answer[data-live] li').first().waitFor();
    expect(await it.page.locator('.answer table').count()).toBe(0);
    await note(it, 'Answered.');
    expect(await answers(it).locator('.markdown p').first().textContent()).toBe(
      'You asked: “Why not WebSocket?” 🤔',
    );
    expect(await answers(it).locator('ol > li').count()).toBe(3);
    expect(await answers(it).locator('pre code').textContent()).toContain("fetchSse<Chunk>('/api/chat', {\n");
    expect(await answers(it).locator('.markdown h3').textContent()).toBe('Why SSE?');
    expect(await answers(it).locator('tbody tr').count()).toBe(3);
    expect(await answers(it).locator('.markdown').textContent()).toMatch(/✨$/u);
    expect(it.complaints).toEqual([]);
  });

  test('shows the tokens that the last chunk of the stream counts', async ({ expect, visit }) => {
    const it = await visit({ scene: 'chat', chat: '0' });
    await ask(it, 'Ten letters');
    await note(it, 'Answered.');
    const tokens = Math.ceil(Array.from(answerTo('Ten letters')).length / 2.5);
    expect(await answers(it).locator('.usage').textContent()).toMatch(
      new RegExp(`^5 tokens in, ${tokens} tokens out, \\d+\\.\\d s$`),
    );
  });

  test('sends the whole conversation with each question, and forgets it with New chat', async ({
    expect,
    visit,
  }) => {
    const it = await visit({ scene: 'chat', chat: '0' });
    await it.page.locator('#chat-starters button').first().click();
    await note(it, 'Answered.');
    const messages = await sentWhen(it, () => ask(it, 'And now?'));
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(messages[0]?.content).toBe('Why does streaming use SSE?');
    expect(messages[1]?.content).toBe(answerTo('Why does streaming use SSE?'));
    await answers(it).nth(1).locator('.usage').waitFor();
    await it.press('New chat');
    expect(await answers(it).count()).toBe(0);
    expect(await sentWhen(it, () => ask(it, 'Again?'))).toEqual([{ role: 'user', content: 'Again?' }]);
  });

  test('Stop ends the request here and on the server, and keeps what has come', async ({ expect, visit }) => {
    const it = await visit({ scene: 'chat', chat: '50' });
    await ask(it, 'Slowly?');
    await answers(it).filter({ hasText: 'You asked' }).waitFor();
    expect(await streamsOpen(`${it.session}-chat`)).toBe(1);
    await it.press('Stop');
    await note(it, 'Stopped.');
    await expect.poll(() => streamsOpen(`${it.session}-chat`)).toBe(0);
    expect(await answers(it).locator('.markdown').textContent()).toContain('You asked');
    expect(await it.page.getByRole('button', { name: 'Stop' }).isDisabled()).toBe(true);
  });

  test('an answer that breaks off keeps its text, and says why and where to read about it', async ({
    expect,
    visit,
  }) => {
    const it = await visit({ scene: 'chat', chat: '1' });
    await breakOff(it);
    const broken = answers(it).nth(1);
    expect(await broken.locator('.why').textContent()).toMatch(/^network: /);
    expect(await broken.locator('.help').textContent()).toBe('ssekit/docs/errors.md#network');
    expect((await broken.locator('.markdown').textContent())?.length).toBeGreaterThan(50);
    await note(it, 'The answer broke off.');
  });

  test('is not sent again by itself; Try again sends the same once, and gets a whole answer', async ({
    expect,
    visit,
  }) => {
    const it = await visit({ scene: 'chat', chat: '1' });
    await breakOff(it);
    const messages = await sentWhen(it, () => it.press('Try again'));
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    await answers(it).nth(1).locator('.usage').waitFor();
    expect(await answers(it).count()).toBe(2);
    expect(await it.page.locator('.answer[data-failed]').count()).toBe(0);
  });

  test('Break it cuts an answer that is under way', async ({ visit }) => {
    const it = await visit({ scene: 'chat', chat: '50' });
    await ask(it, 'Slowly?');
    await answers(it).filter({ hasText: 'You asked' }).waitFor();
    await it.press('Break it');
    await answers(it).and(it.page.locator('[data-failed]')).waitFor();
  });

  test('a new question takes the place of the one being answered', async ({ expect, visit }) => {
    const it = await visit({ scene: 'chat', chat: '20' });
    await ask(it, 'First?');
    await answers(it).filter({ hasText: 'You asked' }).waitFor();
    await ask(it, 'Second?');
    await answers(it).nth(1).locator('.usage').waitFor();
    await answers(it).first().filter({ hasText: 'Stopped.' }).waitFor();
    expect(await answers(it).nth(1).textContent()).toContain('You asked: “Second?”');
  });

  test('answers a Chinese question in Chinese, whatever the page speaks', async ({ expect, visit }) => {
    const it = await visit({ scene: 'chat', chat: '0' });
    await ask(it, '为什么用 SSE？');
    await note(it, 'Answered.');
    expect(await answers(it).locator('th').allTextContents()).toEqual(['SSE', 'WebSocket', '轮询']);
  });

  test('shows HTML as it was written, and follows no link but to pages and addresses', async ({
    expect,
    visit,
  }) => {
    const it = await visit({ scene: 'chat', chat: '0' });
    await ask(
      it,
      '<b>x</b> [a](javascript:alert(1)) [b](https://example.com/) ![c](https://example.com/d.png)',
    );
    await note(it, 'Answered.');
    expect(await answers(it).locator('b, img').count()).toBe(0);
    expect(
      await answers(it)
        .locator('a')
        .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href)),
    ).toEqual(['https://example.com/']);
    expect(await answers(it).locator('p').first().textContent()).toContain('<b>x</b> a b c');
  });

  test('loads its Markdown only when it is opened', async ({ expect, visit }) => {
    const it = await visit({ interval: '1000' });
    const loaded = await it.page.evaluate(() =>
      performance.getEntriesByType('resource').map(({ name }) => name),
    );
    expect(loaded.filter((name) => name.includes('chat'))).toEqual([]);
    const [script] = await Promise.all([
      it.page.waitForRequest(/\/chat-.*\.js$/),
      it.page.getByRole('link', { name: 'Chat' }).click(),
    ]);
    expect(script.resourceType()).toBe('script');
  });
});
