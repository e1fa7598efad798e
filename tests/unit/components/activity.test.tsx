// @vitest-environment jsdom
import { act, cleanup, render, screen } from '@testing-library/react';
import { Activity, StrictMode } from 'react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SseError } from 'ssekit';
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

describe('while another component holds the connection', () => {
  type OnError = ((error: SseError) => void) | undefined;
  const fetch: typeof globalThis.fetch = (...args) => server.fetch(...args);
  const Text = ({ name, at, onError }: { name: string; at: string; onError?: OnError }) => {
    const { client } = useSse<{ tick: string }>(at, { fetch, onError });
    useSseEvent(client, 'tick', ({ data }) => {
      heard.push(name + data);
      last = data;
    });
    return <p id={name}>{useSseValue(client, 'tick', (text, { data }) => text + data, '')}</p>;
  };
  const Page = ({ at, hidden, onError, other = true }: PageProps) => (
    <StrictMode>
      {other && <Text name="other" at={at} />}
      <Activity mode={hidden ? 'hidden' : 'visible'}>
        <Text name="kept" at={at} onError={onError} />
      </Activity>
    </StrictMode>
  );
  interface PageProps {
    at: string;
    hidden: boolean;
    other?: boolean;
    onError?: OnError;
  }
  const text = (name: string) => document.getElementById(name)?.textContent;
  let heard: string[] = [];
  beforeEach(() => {
    heard = [];
  });

  test('a hidden one gets what it missed when it is shown, once and in order', async () => {
    const at = '/activity/missed';
    const { rerender } = render(<Page at={at} hidden={false} />);
    const exchange = await server.next();
    await send(exchange, 'a');
    rerender(<Page at={at} hidden />);
    await send(exchange, 'b');
    await send(exchange, 'c');
    rerender(<Page at={at} hidden={false} />);
    await send(exchange, 'd');
    expect([text('other'), text('kept')]).toEqual(['abcd', 'abcd']);
    expect(heard.filter((entry) => entry.startsWith('kept'))).toEqual(['kepta', 'keptb', 'keptc', 'keptd']);
    expect(exchange.isAborted).toBe(false);
  });

  test('one that missed too many keeps its value and hears of an overflow, from `onError`', async () => {
    const at = '/activity/too-many';
    const onError = vi.fn();
    const { rerender } = render(<Page at={at} hidden={false} onError={onError} />);
    const exchange = await server.next();
    await send(exchange, 'a');
    rerender(<Page at={at} hidden onError={onError} />);
    await act(async () => {
      for (let i = 0; i <= 1000; i++) exchange.send({ event: 'tick', data: i });
      await vi.waitFor(() => {
        expect(last).toBe('1000');
      });
    });
    rerender(<Page at={at} hidden={false} onError={onError} />);
    await settle();
    expect(onError.mock.calls).toEqual([[expect.objectContaining({ code: 'overflow', willRetry: true })]]);
    expect(text('kept')).toBe('a');
    await send(exchange, 'b');
    expect(text('kept')).toBe('ab');
  });

  test('one that comes back to a connection that began without it keeps its value, and the console tells', async () => {
    const at = '/activity/replaced';
    const console_ = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { rerender } = render(<Page at={at} hidden={false} other={false} />);
    await send(await server.next(), 'a');
    rerender(<Page at={at} hidden other={false} />);
    await settle();
    rerender(<Page at={at} hidden />);
    const second = await server.next();
    await send(second, 'b');
    rerender(<Page at={at} hidden={false} />);
    await settle();
    expect([text('other'), text('kept')]).toEqual(['b', 'a']);
    expect(console_.mock.calls).toEqual([
      [expect.stringContaining('#overflow-hidden'), expect.objectContaining({ code: 'overflow' })],
    ]);
    await send(second, 'c');
    expect([text('other'), text('kept')]).toEqual(['bc', 'ac']);
    console_.mockRestore();
  });
});
