// @vitest-environment jsdom
import { act, cleanup, render, screen } from '@testing-library/react';
import {
  Component,
  StrictMode,
  Suspense,
  useEffect,
  useMemo,
  useState,
  version,
  type ReactNode,
} from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CHECKED } from '../../src/checked.ts';
import type { SseClient, SseClientOptions, SseMessage, Transport } from 'ssekit';
import {
  useFetchSse,
  useSecondsToRetry,
  useSse,
  useSseEvent,
  useSseValue,
  type RequestHook,
} from 'ssekit/react';
import { mockSse, type MockExchange } from 'ssekit/testing';

/**
 * Runs on React 19 and, in the project `react 18`, on React 18. tests/browser/react.test.tsx counts
 * connections to a real server.
 */

let server = mockSse();
let url = '';
let count = 0;
beforeEach(() => {
  server = mockSse();
  // Components of one test must not share a connection with another test.
  url = `/stream/${++count}`;
});
afterEach(async () => {
  cleanup();
  await macrotask();
});

/** One function for all tests: components that give another one have another connection. */
const fetchNow: typeof fetch = (...args) => server.fetch(...args);

const macrotask = () => new Promise((resolve) => setTimeout(resolve));
/**
 * Waits for everything the page has to do: a request starts after a microtask and ends a macrotask
 * after the last component left.
 */
const settle = () => act(macrotask);

const open = () => server.exchanges.filter(({ isAborted }) => !isAborted).length;

/** Sends each in one chunk and lets React render. */
async function send(exchange: MockExchange, ...data: string[]): Promise<void> {
  await act(async () => {
    for (const text of data) exchange.send({ event: 'tick', data: text, id: text });
    await vi.waitFor(() => {
      expect(lastData).toBe(data.at(-1));
    });
  });
}
let lastData = '';

/** A component that shows the ticks. Its options are inline, as in applications. */
function Ticks({ at = url, onTick }: { at?: string | null; onTick?: (text: string) => void }) {
  const { client, status } = useSse<{ tick: string }>(at, {
    fetch: fetchNow,
    headers: { 'x-page': '1' },
    retryInterval: 0,
  });
  useSseEvent(client, 'tick', ({ data }) => {
    lastData = data;
    onTick?.(data);
  });
  const text = useSseValue(client, 'tick', (text, event) => text + event.data, '');
  return (
    <p role="status">
      {status} {text}
    </p>
  );
}

const shown = () => screen.queryAllByRole('status').map(({ textContent }) => textContent);

test('these are the versions that are promised', () => {
  expect(['18', '19']).toContain(version.split('.')[0]);
});

describe('a connection', () => {
  test('is one for any number of components, in StrictMode, and everybody shows its events', async () => {
    render(
      <StrictMode>
        {Array.from({ length: 40 }, (_, i) => (
          <Ticks key={i} />
        ))}
      </StrictMode>,
    );
    await send(await server.next(), 'a', 'b');
    expect(shown()).toEqual(Array<string>(40).fill('open ab'));
    await settle();
    expect(server.exchanges).toHaveLength(1);
  });

  test('stays while one component is left, and is closed a macrotask after the last', async () => {
    const Two = ({ more }: { more: boolean }) => (
      <>
        <Ticks />
        {more && <Ticks />}
      </>
    );
    const { rerender, unmount } = render(<Two more />);
    await send(await server.next(), 'a');
    rerender(<Two more={false} />);
    await settle();
    expect(open()).toBe(1);
    unmount();
    expect(open()).toBe(1);
    await macrotask();
    expect(open()).toBe(0);
    expect(server.exchanges).toHaveLength(1);
  });

  test('outlives a change of routes', async () => {
    const { rerender } = render(<Ticks key="home" />, { wrapper: StrictMode });
    const exchange = await server.next();
    await send(exchange, 'a');
    rerender(<Ticks key="details" />);
    await settle();
    expect(shown()).toEqual(['open ']);
    await send(exchange, 'b');
    expect(shown()).toEqual(['open b']);
    expect([server.exchanges.length, open()]).toEqual([1, 1]);
  });

  test('is another one for another URL, and none for null', async () => {
    const { rerender } = render(<Ticks />, { wrapper: StrictMode });
    await send(await server.next(), 'a');
    rerender(<Ticks at={`${url}/b`} />);
    expect(shown()).toEqual(['connecting ']);
    const second = await server.next();
    expect(new URL(second.request.url).pathname).toBe(`${url}/b`);
    await send(second, 'b');
    expect([shown(), open()]).toEqual([['open b'], 1]);
    rerender(<Ticks at={null} />);
    await settle();
    expect([shown(), open(), server.exchanges.length]).toEqual([['closed '], 0, 2]);
  });

  test('is one for the same URL in other words, and for options in another order', async () => {
    const One = ({ at, options }: { at: string | URL; options: SseClientOptions }) => {
      useSse(at, options);
      return null;
    };
    const shared = { fetch: server.fetch };
    const absolute = new URL(url, location.href);
    render(
      <>
        <One at={url} options={{ ...shared, headers: { a: '1', b: '2' }, retry: { limit: Infinity } }} />
        <One at={absolute} options={{ retry: { limit: Infinity }, headers: { b: '2', a: '1' }, ...shared }} />
        <One at={absolute.href} options={{ ...shared, headers: { a: '1', b: '3' }, retry: { limit: 1 } }} />
      </>,
    );
    await settle();
    expect(server.exchanges).toHaveLength(2);
  });

  test('is not begun by a component that never gets on the page', async () => {
    let resolve: (value: string) => void = () => undefined;
    const promise = new Promise<string>((done) => (resolve = done));
    let thrown: unknown;
    const Late = () => {
      useSse(url, { fetch: server.fetch });
      if (!thrown) {
        // As libraries do, on React 18 and 19.
        void promise.then((value) => (thrown = value));
        // eslint-disable-next-line @typescript-eslint/only-throw-error
        throw promise;
      }
      return <p role="status">here</p>;
    };
    render(
      <Suspense fallback={<p role="status">waiting</p>}>
        <Late />
      </Suspense>,
      { wrapper: StrictMode },
    );
    await settle();
    expect([shown(), server.exchanges.length]).toEqual([['waiting'], 0]);
    resolve('now');
    await settle();
    expect([shown(), server.exchanges.length]).toEqual([['here'], 1]);
  });
});

describe('inline functions and schemas', () => {
  test('never reconnect, and the latest are called', async () => {
    let renderAgain: (token: string) => void = () => undefined;
    const Page = () => {
      const [token, setToken] = useState('first');
      renderAgain = setToken;
      const { client } = useSse(url, {
        fetch: (...args) => server.fetch(...args),
        headers: () => ({ authorization: token }),
        retryInterval: 0,
        schemas: {
          tick: {
            '~standard': {
              version: 1 as const,
              vendor: 'test',
              validate: (value: unknown) => ({ value: `${token} ${String(value)}` }),
            },
          },
        },
      });
      const text = useSseValue(client, 'tick', (_, { data }) => (lastData = data), '');
      return <p role="status">{text}</p>;
    };
    render(<Page />, { wrapper: StrictMode });
    const first = await server.next();
    expect(first.request.headers.get('authorization')).toBe('first');
    act(() => {
      renderAgain('second');
    });
    await settle();
    expect(server.exchanges).toHaveLength(1);
    await act(async () => {
      first.send({ event: 'tick', data: '1' });
      await vi.waitFor(() => {
        expect(lastData).toBe('first 1');
      });
    });
    // A schema keeps its first value, and so what that has captured.
    expect(shown()).toEqual(['first 1']);
    first.cut();
    const again = await act(() => server.next());
    expect(again.request.headers.get('authorization')).toBe('second');
  });

  test('are those of a component that is still there', async () => {
    const Page = ({ token }: { token: string }) => {
      const { status } = useSse(url, {
        key: 'one for both',
        fetch: (...args) => server.fetch(...args),
        headers: () => ({ authorization: token }),
        retryInterval: 0,
      });
      return <p role="status">{status}</p>;
    };
    const { rerender } = render([<Page key="1" token="one" />, <Page key="2" token="two" />]);
    const first = await server.next();
    expect(first.request.headers.get('authorization')).toBe('one');
    rerender([<Page key="2" token="two" />]);
    first.open();
    first.cut();
    const again = await act(() => server.next());
    expect(again.request.headers.get('authorization')).toBe('two');
  });
});

describe('events', () => {
  /** Answers at once, faster than any server: three events before the attempt has even returned. */
  const burst: Transport = (request, sink) => {
    sink.open({ url: request.url });
    for (const data of ['a', 'b', 'c']) {
      sink.message({ type: 'tick', data, raw: data, lastEventId: '', origin: '' });
    }
    return undefined;
  };

  test('are all delivered, from the first on, to components at any depth', async () => {
    const heard: string[] = [];
    const Child = ({ client }: { client: SseClient<{ tick: string }> | null }) => {
      useSseEvent(client, 'tick', ({ data }) => heard.push(data));
      return <p role="status">{useSseValue(client, 'tick', (text, { data }) => text + data, '')}</p>;
    };
    const Page = () => {
      const { client } = useSse<{ tick: string }>(url, { transport: burst });
      return (
        <div>
          <Child client={client} />
        </div>
      );
    };
    render(<Page />, { wrapper: StrictMode });
    await settle();
    expect(heard).toEqual(['a', 'b', 'c']);
    expect(shown()).toEqual(['abc']);
  });

  test('reach the latest closure, in order, without being subscribed anew', async () => {
    const heard: string[] = [];
    let client: SseClient<{ tick: string }> | null = null;
    const Page = ({ name }: { name: string }) => {
      ({ client } = useSse<{ tick: string }>(url, { fetch: server.fetch }));
      useSseEvent(client, 'tick', ({ data }) => {
        lastData = data;
        heard.push(name + data);
      });
      return null;
    };
    const { rerender } = render(<Page name="A" />, { wrapper: StrictMode });
    const on = vi.spyOn(client as unknown as SseClient<{ tick: string }>, 'on');
    const exchange = await server.next();
    await send(exchange, '1', '2');
    rerender(<Page name="B" />);
    await send(exchange, '3', '4');
    expect(heard).toEqual(['A1', 'A2', 'B3', 'B4']);
    expect(on).not.toHaveBeenCalled();
  });

  test('render nothing unless asked to: only the state does', async () => {
    let renders = 0;
    const heard: string[] = [];
    const Page = () => {
      renders++;
      const { client, status } = useSse<{ tick: string }>(url, { fetch: server.fetch });
      useSseEvent(client, 'tick', ({ data }) => heard.push((lastData = data)));
      return <p role="status">{status}</p>;
    };
    render(<Page />);
    const exchange = await server.next();
    await send(exchange, 'first');
    const before = renders;
    await send(exchange, ...Array.from({ length: 100 }, (_, i) => String(i)));
    expect([heard.length, renders - before]).toEqual([101, 0]);
    exchange.cut();
    await settle();
    expect(shown()).toEqual(['reconnecting']);
    expect(renders - before).toBe(1);
  });

  test('of another type are heard when the type changes', async () => {
    const heard: string[] = [];
    const Page = ({ type }: { type: 'tick' | 'tock' }) => {
      const { client } = useSse<{ tick: string; tock: string }>(url, { fetch: server.fetch });
      useSseEvent(client, type, (event) => heard.push(event.type));
      useSseEvent(client, 'tick', ({ data }) => (lastData = data));
      return null;
    };
    const { rerender } = render(<Page type="tick" />);
    const exchange = await server.next();
    await send(exchange, '1');
    rerender(<Page type="tock" />);
    exchange.send({ event: 'tock', data: '2' });
    await send(exchange, '3');
    expect(heard).toEqual(['tick', 'tock']);
  });
});

describe('a value', () => {
  interface Tick {
    tick: string;
  }
  let renders: string[] = [];
  let emit: (data: string) => void = () => undefined;
  /** Sends by hand, without a network, so the clock can be fake. */
  const byHand: Transport = (request, sink) => {
    sink.open({ url: request.url });
    emit = (data) => {
      sink.message({ type: 'tick', data, raw: data, lastEventId: '', origin: '' });
    };
    return undefined;
  };
  const Value = ({
    throttle,
    reduce,
  }: {
    throttle?: number;
    reduce?: (text: string, data: string) => string;
  }) => {
    const { client } = useSse<Tick>(url, { transport: byHand });
    const reducer = (text: string, { data }: SseMessage) => reduce?.(text, data) ?? text + data;
    const text = useSseValue(client, 'tick', reducer, '', { throttle });
    renders.push(text);
    return <p role="status">{text}</p>;
  };
  const tick = (...data: string[]) => {
    act(() => {
      for (const text of data) emit(text);
    });
  };

  beforeEach(() => {
    renders = [];
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  async function show(element: ReactNode) {
    const rendered = render(element);
    await act(() => vi.advanceTimersByTimeAsync(0));
    renders = [];
    return rendered;
  }

  test('is shown at once, one rendering for all events of a chunk', async () => {
    await show(<Value />);
    tick('a', 'b');
    expect(renders).toEqual(['ab']);
  });

  test('with throttle is shown at most once in that time, and no event is lost', async () => {
    await show(<Value throttle={100} />);
    tick('a');
    tick('b');
    tick('c');
    expect(renders).toEqual(['a']);
    await act(() => vi.advanceTimersByTimeAsync(99));
    expect(renders).toEqual(['a']);
    await act(() => vi.advanceTimersByTimeAsync(1));
    expect(renders).toEqual(['a', 'abc']);
    tick('d');
    expect(renders).toEqual(['a', 'abc']);
    await act(() => vi.advanceTimersByTimeAsync(200));
    expect(renders).toEqual(['a', 'abc', 'abcd']);
    tick('e');
    expect(renders.at(-1)).toBe('abcde');
  });

  test('leaves no timer behind', async () => {
    const { unmount } = await show(<Value throttle={1000} />);
    tick('a', 'b');
    unmount();
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is reduced once for each event in StrictMode, by the latest reducer', async () => {
    const calls: string[] = [];
    const reducer = (name: string) => (text: string, data: string) => {
      calls.push(name + data);
      return text + name + data;
    };
    const { rerender } = await show(
      <StrictMode>
        <Value reduce={reducer('A')} />
      </StrictMode>,
    );
    tick('1');
    rerender(
      <StrictMode>
        <Value reduce={reducer('B')} />
      </StrictMode>,
    );
    tick('2');
    expect(calls).toEqual(['A1', 'B2']);
    expect(shown()).toEqual(['A1B2']);
  });

  test('stays when the reducer throws, which is reported', async () => {
    const error = new Error('no');
    const reported = vi.fn();
    vi.stubGlobal('reportError', reported);
    await show(
      <Value
        reduce={(text, data) => {
          if (data === 'bad') throw error;
          return text + data;
        }}
      />,
    );
    tick('a', 'bad', 'b');
    vi.unstubAllGlobals();
    expect(reported.mock.calls).toEqual([[error]]);
    expect(shown()).toEqual(['ab']);
  });
});

describe('what cannot work', () => {
  class Boundary extends Component<{ children: ReactNode }, { error?: Error }> {
    override state: { error?: Error } = {};
    static getDerivedStateFromError(error: Error) {
      return { error };
    }
    override render() {
      const { error } = this.state;
      return error ? <p role="alert">{`${error.name}: ${error.message}`}</p> : this.props.children;
    }
  }
  const Page = ({ at, options }: { at: string; options?: SseClientOptions }) => {
    useSse(at, options);
    return null;
  };

  const checked: [string, string, SseClientOptions, RegExp] = [
    'an option',
    '/a',
    { retryInterval: -1 },
    /TypeError: `retryInterval` must be a number, 0 or more/,
  ];
  test.for<[string, string, SseClientOptions, RegExp]>([
    ...(CHECKED ? [checked] : []),
    ['a URL', 'http://[', {}, /TypeError: The URL cannot be resolved/],
    [
      'a URL that is a function',
      (() => '/a') as never,
      {},
      CHECKED ? /TypeError: The URL of a hook must be a value/ : /TypeError: The URL must be a string/,
    ],
  ])('of %s is a TypeError for the error boundary', ([, at, options, message]) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    // React also calls window.onerror.
    const stop = (event: Event) => {
      event.preventDefault();
    };
    window.addEventListener('error', stop);
    render(
      <Boundary>
        <Page at={at} options={options} />
      </Boundary>,
    );
    window.removeEventListener('error', stop);
    log.mockRestore();
    expect(screen.getByRole('alert').textContent).toMatch(message);
  });
});

test('a page from the server is taken over without a word, and connects then', async () => {
  const container = document.createElement('div');
  document.body.append(container);
  container.innerHTML = renderToString(<Ticks />);
  expect(shown()).toEqual(['connecting ']);
  await settle();
  expect(server.exchanges).toHaveLength(0);
  const complaint = vi.spyOn(console, 'error');
  const onRecoverableError = vi.fn();
  render(<Ticks />, { container, hydrate: true, onRecoverableError });
  expect([complaint.mock.calls, onRecoverableError.mock.calls]).toEqual([[], []]);
  complaint.mockRestore();
  await send(await server.next(), 'a');
  expect(shown()).toEqual(['open a']);
  expect(server.exchanges).toHaveLength(1);
  cleanup();
  container.remove();
});

describe('functions of several components', () => {
  test('are called for their own component, and one that changes moves it to a connection of its own', async () => {
    const shared = () => ({ authorization: 'shared' });
    const Page = ({ token }: { token?: string }) => {
      const headers = token === undefined ? shared : () => ({ authorization: token });
      const { client } = useSse<{ tick: string }>(url, { fetch: fetchNow, headers });
      useSseEvent(client, 'tick', ({ data }) => (lastData = data));
      return <p role="status">{useSseValue(client, 'tick', (text, { data }) => text + data, '')}</p>;
    };
    const page = (token?: string) => (
      <StrictMode>
        <Page />
        {token === undefined ? <Page /> : <Page token={token} />}
      </StrictMode>
    );
    const { rerender } = render(page());
    const first = await server.next();
    await send(first, 'a');
    rerender(page('own'));
    const own = await act(() => server.next());
    expect(own.request.headers.get('authorization')).toBe('own');
    await send(own, 'b');
    await send(first, 'c');
    expect([shown(), open()]).toEqual([['ac', 'b'], 2]);
    rerender(page('own, later'));
    await settle();
    expect([shown(), server.exchanges.length]).toEqual([['ac', 'b'], 2]);
  });

  test('that one parent makes anew for all of them with every rendering keep their one connection', async () => {
    const Child = ({ headers }: { headers: () => HeadersInit }) => {
      const { status } = useSse(url, { fetch: fetchNow, headers, retryInterval: 0 });
      return <p role="status">{status}</p>;
    };
    const Parent = ({ token }: { token: string }) => {
      const headers = () => ({ authorization: token });
      return [1, 2, 3].map((key) => <Child key={key} headers={headers} />);
    };
    const { rerender } = render(<Parent token="1" />, { wrapper: StrictMode });
    const first = await server.next();
    rerender(<Parent token="2" />);
    await settle();
    expect(server.exchanges).toHaveLength(1);
    first.cut();
    const again = await act(() => server.next());
    expect(again.request.headers.get('authorization')).toBe('2');
  });
});

test('useSecondsToRetry renders only while the client waits', async () => {
  let renders = 0;
  const Lamp = ({ client }: { client: SseClient | null }) => {
    renders++;
    return <p role="status">{String(useSecondsToRetry(client))}</p>;
  };
  const Page = () => {
    const { client } = useSse(url, { fetch: fetchNow, retryInterval: 20_000, retry: { jitter: false } });
    return useMemo(() => <Lamp client={client} />, [client]);
  };
  render(<Page />);
  const exchange = await server.next();
  const before = renders;
  exchange.send({ data: 'a' });
  await settle();
  expect([shown(), renders]).toEqual([['undefined'], before]);
  exchange.cut();
  await vi.waitFor(async () => {
    await settle();
    expect(Number(shown()[0])).toBeGreaterThan(10);
  });
});

describe('useFetchSse', () => {
  const Chat = ({ ask, onRender }: { ask?: boolean; onRender?: (chat: RequestHook<string>) => void }) => {
    const chat = useFetchSse(url, {
      fetch: fetchNow,
      initial: '',
      reduce: (text, { data }) => text + (lastData = data),
      throttle: 0,
    });
    onRender?.(chat);
    const { send, status, value } = chat;
    useEffect(() => {
      if (ask) void send({ json: 'Hi' });
    }, [ask, send]);
    return <p role="status">{`${status} ${value}`}</p>;
  };
  let chat = {} as RequestHook<string>;
  const onRender = (now: RequestHook<string>) => {
    chat = now;
  };

  test('sends nothing by itself, and one request for an effect that sends in StrictMode', async () => {
    const { rerender } = render(<Chat />, { wrapper: StrictMode });
    await settle();
    expect([shown(), server.exchanges.length]).toEqual([['idle '], 0]);
    rerender(<Chat ask />);
    await settle();
    expect([shown(), server.exchanges.length]).toEqual([['sending '], 1]);
    cleanup();
    render(<Chat ask />, { wrapper: StrictMode });
    await settle();
    expect([open(), server.exchanges.length]).toEqual([1, 2]);
  });

  test('shows an answer as it comes, keeps it, and has functions that never change', async () => {
    const { rerender } = render(<Chat onRender={onRender} />, { wrapper: StrictMode });
    const { send: ask, stop } = chat;
    let end: Promise<unknown> = Promise.resolve();
    act(() => {
      end = ask({ json: 'Hi' });
    });
    const exchange = await server.next();
    await send(exchange, 'a');
    expect(shown()).toEqual(['streaming a']);
    rerender(<Chat onRender={onRender} />);
    expect([chat.send, chat.stop]).toEqual([ask, stop]);
    act(stop);
    expect([shown(), exchange.isAborted]).toEqual([['stopped a'], true]);
    expect(await end).toEqual({ status: 'stopped', value: 'a', error: undefined });
  });

  test('stops when the component leaves, and resolves', async () => {
    const { unmount } = render(<Chat onRender={onRender} />, { wrapper: StrictMode });
    let end: Promise<unknown> = Promise.resolve();
    act(() => {
      end = chat.send();
    });
    const exchange = await server.next();
    unmount();
    await macrotask();
    expect(exchange.isAborted).toBe(true);
    expect(await end).toMatchObject({ status: 'stopped' });
  });
});
