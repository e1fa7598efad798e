import { StrictMode } from 'react';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, inject, test, vi } from 'vitest';
import { useSse, useSseEvent, useSseValue } from 'ssekit/react';
import { script } from '../script.ts';

/**
 * React's development build, StrictMode, and connections as the server counts them, over native
 * `EventSource` and over fetch.
 */

afterEach(cleanup);

const heard: string[] = [];

function Ticks({ url, fetch = false }: { url: string; fetch?: boolean }) {
  const { client, status } = useSse<{ tick: string }>(url, fetch ? { headers: { 'x-page': '1' } } : {});
  useSseEvent(client, 'tick', ({ data }) => heard.push(data));
  const text = useSseValue(client, 'tick', (text, { data }) => text + data, '', { throttle: 20 });
  return <p role="status">{`${status} ${text}`}</p>;
}

const shows = (...texts: string[]) =>
  vi.waitFor(() => {
    expect(screen.queryAllByRole('status').map(({ textContent }) => textContent)).toEqual(texts);
  }, 10_000);

const tick = (data: string, wait = false) => ({ text: `event: tick\ndata: ${data}\nid: ${data}\n\n`, wait });

test.for([false, true])(
  'forty components in StrictMode are one connection, through routes and to the end (fetch: %s)',
  async (fetch) => {
    heard.length = 0;
    const s = await script(inject('sameOrigin'), [
      { chunks: [tick('a'), tick('b'), tick('c', true)], end: 'hold' },
    ]);
    const page = (route: string, count: number) => (
      <StrictMode>
        {Array.from({ length: count }, (_, i) => (
          <Ticks key={route + String(i)} url={s.url} fetch={fetch} />
        ))}
      </StrictMode>
    );
    const { rerender, unmount } = render(page('home', 40));
    await shows(...Array<string>(40).fill('open ab'));
    expect(heard).toHaveLength(80);
    rerender(page('details', 2));
    await shows('open ', 'open ');
    await s.release();
    await shows('open c', 'open c');
    expect(await s.log()).toMatchObject({ requests: [{}], open: 1 });
    unmount();
    expect((await s.closed()).requests).toHaveLength(1);
  },
);

test('a changed URL is one more connection, and the old one goes', async () => {
  const [one, other] = [
    await script(inject('sameOrigin'), [{ chunks: [tick('a')], end: 'hold' }]),
    await script(inject('sameOrigin'), [{ chunks: [tick('b')], end: 'hold' }]),
  ];
  const { rerender } = render(<Ticks url={one.url} />, { wrapper: StrictMode });
  await shows('open a');
  rerender(<Ticks url={other.url} />);
  await shows('open b');
  expect((await one.closed()).requests).toHaveLength(1);
  expect(await other.log()).toMatchObject({ requests: [{}], open: 1 });
});

test('a lost connection comes back with the next event and nothing doubled', async () => {
  const s = await script(inject('sameOrigin'), [
    { chunks: ['retry: 100\n\n', tick('a'), tick('b')] },
    { chunks: [tick('c')], end: 'hold' },
  ]);
  render(<Ticks url={s.url} fetch />, { wrapper: StrictMode });
  await shows('open abc');
  const { requests } = await s.log();
  expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'b']);
});
