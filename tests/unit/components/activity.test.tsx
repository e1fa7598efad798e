import { act, cleanup, render, screen } from '@testing-library/react';
import { Activity, StrictMode } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import { useSse, useSseEvent, useSseValue } from 'ssekit/react';
import { mockSse, type MockExchange } from 'ssekit/testing';

/** React 19 only, because 18 has no Activity. */

afterEach(cleanup);

const macrotask = () => new Promise((resolve) => setTimeout(resolve));
const settle = () => act(macrotask);

const server = mockSse();
let last = '';
async function send(exchange: MockExchange, data: string): Promise<void> {
  await act(async () => {
    exchange.send({ event: 'tick', data, id: data });
    await vi.waitFor(() => {
      expect(last).toBe(data);
    });
  });
}

test('a hidden Activity lets go of the connection, and resumes after the last event ID with its value', async () => {
  const Ticks = () => {
    const { client, status } = useSse<{ tick: string }>('/activity', { fetch: server.fetch });
    useSseEvent(client, 'tick', ({ data }) => (last = data));
    const text = useSseValue(client, 'tick', (text, event) => text + event.data, '', { throttle: 60_000 });
    return (
      <p>
        {status} {text}
      </p>
    );
  };
  const Page = ({ mode }: { mode: 'visible' | 'hidden' }) => (
    <StrictMode>
      <Activity mode={mode}>
        <Ticks />
      </Activity>
    </StrictMode>
  );
  const { rerender } = render(<Page mode="visible" />);
  const first = await server.next();
  await send(first, 'a');
  await send(first, 'b');
  expect(screen.getByText('open a')).toBeTruthy();

  rerender(<Page mode="hidden" />);
  await settle();
  expect([first.isAborted, server.exchanges.length]).toEqual([true, 1]);

  rerender(<Page mode="visible" />);
  const second = await server.next();
  expect(second.request.headers.get('last-event-id')).toBe('b');
  expect(screen.getByText('connecting ab')).toBeTruthy();
  await send(second, 'c');
  expect(screen.getByText('open abc')).toBeTruthy();
});
