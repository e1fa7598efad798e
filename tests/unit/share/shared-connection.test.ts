// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SseError } from '../../../src/errors.ts';
import { sharedConnection } from '../../../src/share/shared-connection.ts';
import { Tab, World, type Attempt } from '../../tabs.ts';
import { stopClock } from '../setup.ts';

let world: World;
stopClock();
beforeEach(() => {
  world = new World();
  for (const [name, value] of Object.entries(world.globals)) vi.stubGlobal(name, value);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

/** The next leader waits for the last messages of the one before. */
async function takeOver() {
  await world.settle();
  await vi.advanceTimersByTimeAsync(100);
  await world.settle();
}

const send = ({ sink, tab }: Attempt, id: string, type = 'message') => {
  tab.run(() => {
    sink.message({ type, data: id, raw: id, lastEventId: id, origin: 'https://example.test' });
  });
};

async function open(count: number, options: Parameters<World['open']>[0] = {}) {
  const tabs = Array.from({ length: count }, () => world.open(options));
  await world.settle();
  const [attempt] = world.attempts;
  if (!attempt) throw new Error('nobody connects');
  attempt.sink.open({ url: 'https://example.test/sse?token=secret', status: 200 });
  await world.settle();
  return { tabs, attempt };
}

test('one of many connects, and all hear the same', async () => {
  const { tabs, attempt } = await open(5);
  send(attempt, '1');
  await world.settle();
  expect(world.attempts).toHaveLength(1);
  for (const tab of tabs) {
    expect(tab.log).toEqual(['connecting', 'connecting', 'open', 'opened', '1']);
    expect(tab.connection.lastEventId).toBe('1');
  }
});

test('a late tab gets the state of now, and no old events', async () => {
  const { attempt } = await open(1);
  send(attempt, '1');
  const late = world.open();
  await world.settle();
  expect(late.log).toEqual(['connecting', 'open', 'opened']);
  expect(late.connection.lastEventId).toBe('1');
  expect(late.connection.state).toMatchObject({ status: 'open', transport: 'transport' });
});

/** One tab's session storage. */
function sessionStorage() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}

test('a tab that follows, and is reloaded, gets what came meanwhile', async () => {
  const { attempt } = await open(1);
  const storage = sessionStorage();
  const before = world.open({ storage });
  await world.settle();
  send(attempt, '1');
  await world.settle();
  before.connection.close();
  send(attempt, '2');
  send(attempt, '3');
  await world.settle();
  const after = world.open({ storage });
  await world.settle();
  send(attempt, '4');
  await world.settle();
  expect([before.data, after.data]).toEqual([['1'], ['2', '3', '4']]);
  expect(world.attempts).toHaveLength(1);
});

test('each tab keeps its own place, and the one that has the connection resumes there after a reload', async () => {
  const storage = sessionStorage();
  const { tabs, attempt } = await open(1, { storage });
  send(attempt, '1');
  send(attempt, '2');
  tabs[0]?.connection.close();
  world.open({ storage });
  await world.settle();
  expect(world.attempts[1]?.request.lastEventId).toBe('2');
});

test('types that any tab asks for reach the leader, and the next one', async () => {
  const { tabs, attempt } = await open(3);
  tabs[2]?.connection.listen('tick');
  await world.settle();
  expect(attempt.listened).toContain('tick');
  if (tabs[0]) world.crash(tabs[0]);
  await takeOver();
  expect([...(world.attempts[1]?.request.types ?? [])]).toContain('tick');
});

test('an open state that was told is told once, however often it is asked for', async () => {
  const { tabs } = await open(2);
  const before = tabs[1]?.connection.state;
  await vi.advanceTimersByTimeAsync(4000);
  await world.settle();
  expect(tabs[1]?.connection.state).toBe(before);
});

test('a leader that hangs is asked, and deposed; when it wakes, it follows', async () => {
  const { tabs, attempt } = await open(2);
  const [first, second] = tabs;
  if (!first || !second) return;
  first.isBlocked = true;
  for (let second = 0; second < 10; second++) {
    await vi.advanceTimersByTimeAsync(1000);
    await world.settle();
  }
  expect(world.attempts.map(({ tab }) => tab)).toEqual([first, second]);
  first.isBlocked = false;
  await world.settle();
  expect(attempt.request.signal.aborted).toBe(true);
  const next = world.attempts[1];
  if (next) send(next, '1');
  await world.settle();
  expect(first.data).toEqual(['1']);
});

test('close() in a listener is the end, and the client can never lead', async () => {
  const { tabs, attempt } = await open(2);
  const [first, second] = tabs;
  if (!first || !second) return;
  second.onMessage = () => {
    second.connection.close();
  };
  send(attempt, '1');
  send(attempt, '2');
  await world.settle();
  expect(second.log.slice(-2)).toEqual(['1', 'closed']);
  world.crash(first);
  await world.settle();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(world.attempts).toHaveLength(1);
  expect(world.channels.size).toBe(0);
  // The crashed tab's own, which looks for a sleep while its stream is open.
  expect(vi.getTimerCount()).toBe(1);
});

test('until closes each tab by itself, and its message is not delivered', async () => {
  const { tabs, attempt } = await open(3, { until: 'end' });
  send(attempt, 'end');
  await world.settle();
  for (const tab of tabs) expect(tab.log).toEqual(['connecting', 'connecting', 'open', 'opened', 'closed']);
  expect(world.attempts).toHaveLength(1);
});

test('an event past maxEventSize is an error, and the next one arrives', async () => {
  const { tabs, attempt } = await open(1);
  const small = world.open({ maxEventSize: 3 });
  await world.settle();
  send(attempt, 'long enough');
  send(attempt, '2');
  await world.settle();
  expect(small.log.slice(-2)).toEqual(['error overflow', '2']);
  expect(tabs[0]?.data).toEqual(['long enough', '2']);
});

test('hostile messages change nothing and stop nothing', async () => {
  const { tabs, attempt } = await open(2);
  const [, follower] = tabs;
  follower?.run(() => {
    const stranger = new BroadcastChannel('ssekit:1:test');
    for (const message of [
      null,
      'x',
      { kind: 'event' },
      { generation: 1e15, kind: 'toString' },
      // One that no tab could ever top.
      { generation: Number.MAX_SAFE_INTEGER, kind: 'question', types: [], all: false },
      { generation: Date.now() * 2, kind: 'claim', knows: true },
    ]) {
      stranger.postMessage(message);
    }
  });
  await world.settle();
  send(attempt, '1');
  await world.settle();
  expect(tabs.map(({ data }) => data)).toEqual([['1'], ['1']]);
});

test('an id that comes without an event reaches the others, who resume after it', async () => {
  const { tabs, attempt } = await open(2);
  const [first, second] = tabs;
  send(attempt, '1');
  attempt.sink.id('10');
  await world.settle();
  expect(second?.connection.lastEventId).toBe('10');
  if (first) world.crash(first);
  await takeOver();
  expect(world.attempts[1]?.request.lastEventId).toBe('10');
});

test('Retry-After holds for all tabs: that one of them is shown changes nothing', async () => {
  const { attempt } = await open(2);
  attempt.sink.fail(new SseError('http', 'busy', { status: 503, retryAfter: 60_000 }));
  await world.settle();
  window.dispatchEvent(new Event('online'));
  await world.settle();
  await vi.advanceTimersByTimeAsync(10_000);
  await world.settle();
  expect(world.attempts).toHaveLength(1);
});

describe('the reconnection time that a server set with `retry:`', () => {
  async function lose() {
    vi.spyOn(Math, 'random').mockReturnValue(0.9);
    const { tabs, attempt } = await open(2);
    attempt.tab.run(() => {
      attempt.sink.reconnectionTime(20_000);
      attempt.sink.fail(new SseError('network', 'cut'));
    });
    await world.settle();
    return tabs[1];
  }
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('holds for all tabs: one that goes online does not even ask', async () => {
    const follower = await lose();
    const kinds: unknown[] = [];
    follower?.run(() => {
      const channel = new BroadcastChannel('ssekit:1:test');
      channel.onmessage = ({ data }: MessageEvent<{ kind: string }>) => kinds.push(data.kind);
    });
    window.dispatchEvent(new Event('online'));
    await world.settle();
    await vi.advanceTimersByTimeAsync(10_000);
    await world.settle();
    expect([world.attempts.length, kinds.includes('push')]).toEqual([1, false]);
  });

  test('is what the leader keeps to, whatever another tab asks for', async () => {
    const follower = await lose();
    follower?.run(() => {
      const channel = new BroadcastChannel('ssekit:1:test');
      channel.postMessage({ kind: 'push', force: false, generation: 1 });
      channel.close();
    });
    await world.settle();
    await vi.advanceTimersByTimeAsync(200);
    await world.settle();
    expect(world.attempts).toHaveLength(1);
  });
});

test('a leader that was silent for long makes sure that it still leads, and then hands on what piled up', async () => {
  const { tabs, attempt } = await open(2);
  const [first, second] = tabs;
  if (!first || !second) return;
  send(attempt, '1');
  await world.settle();
  // Nobody has asked for a while, but nobody was deposed either.
  second.isBlocked = true;
  await vi.advanceTimersByTimeAsync(20_000);
  send(attempt, '2');
  send(attempt, '3');
  expect(first.data).toEqual(['1']);
  await world.settle();
  expect(first.data).toEqual(['1', '2', '3']);
});

test('when a listener closes the client, nothing more arrives of what a silent leader held back', async () => {
  const { tabs, attempt } = await open(2);
  const [first, second] = tabs;
  if (!first || !second) return;
  second.isBlocked = true;
  await vi.advanceTimersByTimeAsync(20_000);
  send(attempt, '1');
  send(attempt, '2');
  first.onMessage = () => {
    first.connection.close();
  };
  await world.settle();
  expect(first.data).toEqual(['1']);
  expect(first.log.at(-1)).toBe('closed');
});

test('a tab that is behind, and whose leader crashes before it answers, resumes after its own last event', async () => {
  const { tabs, attempt } = await open(1);
  const [leader] = tabs;
  if (!leader) return;
  const storage = sessionStorage();
  const before = world.open({ storage });
  await world.settle();
  send(attempt, '1');
  await world.settle();
  before.connection.close();
  send(attempt, '2');
  await world.settle();

  // The leader never reads the question, but its next state reaches the tab that came back.
  leader.isBlocked = true;
  const after = world.open({ storage });
  await world.settle();
  leader.run(() => {
    attempt.sink.fail(new SseError('network', 'cut'));
  });
  await world.settle();
  expect(after.connection.state.status).toBe('reconnecting');
  expect(after.connection.lastEventId).toBe('1');
  world.crash(leader);
  await takeOver();
  expect(world.attempts[1]?.request.lastEventId).toBe('1');
});

test('a tab that listens to more types than one message can name does not ask forever', async () => {
  const { tabs, attempt } = await open(2);
  const [, second] = tabs;
  second?.run(() => {
    for (let i = 0; i <= 1000; i++) second.connection.listen(`type ${i}`);
  });
  let messages = 0;
  await world.settle(() => {
    expect(++messages).toBeLessThan(100);
    return 0;
  });
  expect(attempt.listened).toContain('type 0');
  send(attempt, '1');
  await world.settle();
  expect(second?.data).toEqual(['1']);
});

test('a follower that has not heard yet that the stream is open cannot make the leader reconnect', async () => {
  const { tabs, attempt } = await open(2);
  const [, second] = tabs;
  if (!second) return;
  attempt.sink.fail(new SseError('network', 'cut'));
  await world.settle();
  second.isBlocked = true;
  await vi.advanceTimersByTimeAsync(1000);
  await world.settle();
  const next = world.attempts[1];
  next?.sink.open({ url: 'https://example.test/sse' });
  // The second tab still thinks that the leader is waiting, and asks it to try now.
  window.dispatchEvent(new Event('online'));
  second.isBlocked = false;
  await world.settle();
  await vi.advanceTimersByTimeAsync(200);
  expect(world.attempts).toHaveLength(2);
  expect(next?.request.signal.aborted).toBe(false);
  expect(second.connection.state.status).toBe('open');
});

test('a tab that claims the lead before it reads a message of a newer leader still delivers after a silence', async () => {
  const { tabs, attempt } = await open(1);
  const [leader] = tabs;
  if (!leader) return;
  // The clock was ahead when the leader made its claim, and has been set right since.
  vi.setSystemTime(Date.now() - 10_000);
  const second = world.open();
  send(attempt, '1');
  world.crash(leader);
  // The second tab gets the lock before it reads the leader's last event.
  await world.settle((count) => count - 1);
  await takeOver();
  const next = world.attempts[1];
  if (!next) throw new Error('nobody connects');
  expect(next.tab).toBe(second);
  next.sink.open({ url: 'https://example.test/sse' });
  await vi.advanceTimersByTimeAsync(20_000);
  send(next, '2');
  await world.settle();
  expect(second.data).toEqual(['2']);
});

test('where locks are refused, each connects for itself, and nobody deposes anybody', async () => {
  vi.stubGlobal('navigator', {
    locks: { request: () => Promise.reject(new DOMException('sandboxed', 'SecurityError')) },
  });
  const tabs = [world.open(), world.open()];
  await world.settle();
  await vi.advanceTimersByTimeAsync(20_000);
  await world.settle();
  expect(world.attempts.map(({ tab }) => tab)).toEqual(tabs);
  expect(tabs[0]?.notes).toContain('not shared: this page is refused the Web Lock or the BroadcastChannel');
});

test('without locks each connects for itself, and says so', () => {
  vi.stubGlobal('navigator', {});
  const tab = world.open();
  expect(tab.notes).toEqual(['not shared: this page has no Web Locks or no BroadcastChannel']);
  tab.connection.close();
});

test.for([undefined, '', 5, {}])('%o is no name', (name) => {
  expect(() => sharedConnection(name as string)).toThrow(/Give the shared connection a name/);
});

/** Time, of which no timer is late. */
async function pass(seconds: number) {
  for (let i = 0; i < 2 * seconds; i++) {
    await vi.advanceTimersByTimeAsync(500);
    await world.settle();
  }
}

interface Overheard {
  readonly kind: string;
  readonly generation: number;
  readonly all?: boolean;
}

/** Another script of this origin, and what it has heard on the channel. */
function stranger() {
  const tab = new Tab(world, {});
  world.tabs.push(tab);
  const heard: Overheard[] = [];
  let channel: BroadcastChannel | undefined;
  tab.run(() => {
    channel = new BroadcastChannel('ssekit:1:test');
    channel.onmessage = ({ data }: MessageEvent<Overheard>) => heard.push(data);
  });
  const post = (notice: object) => {
    tab.run(() => channel?.postMessage(notice));
  };
  return { heard, post };
}

/** A snapshot as a hostile script may forge it. */
function forgedSnapshot(generation: number, sequence: number) {
  const state = { status: 'open', failures: 0 };
  const place = { sequence, oldest: sequence, lastEventId: '' };
  return { kind: 'snapshot', generation, ...place, url: '', state, failed: false, types: [], all: false };
}

describe('a clock that is set back', () => {
  test('by two days, below the claim of the leader, leaves one connection that all tabs hear', async () => {
    const now = Date.now();
    vi.setSystemTime(now + 48 * 3_600_000);
    const { tabs } = await open(3);
    vi.setSystemTime(now);
    await pass(10);
    expect(world.live).toHaveLength(1);
    const leader = world.live[0];
    leader?.sink.open({ url: 'https://example.test/sse' });
    if (leader) send(leader, '1');
    await world.settle();
    expect(tabs.map(({ data }) => data)).toEqual([['1'], ['1'], ['1']]);
  });

  test('does not keep out tabs that come later', async () => {
    const now = Date.now();
    vi.setSystemTime(now + 48 * 3_600_000);
    await open(1);
    vi.setSystemTime(now);
    const late = world.open();
    await pass(10);
    const leader = world.live[0];
    leader?.sink.open({ url: 'https://example.test/sse' });
    if (leader) send(leader, '1');
    await world.settle();
    expect([world.live.length, late.data]).toEqual([1, ['1']]);
  });
});

describe('a newcomer that brings an id and no number', () => {
  async function newcomer(lastEventId: string) {
    const { attempt } = await open(1);
    for (const id of ['1', '2', '3']) send(attempt, id);
    await world.settle();
    const late = world.open({ lastEventId });
    await world.settle();
    send(attempt, '4');
    await world.settle();
    return late;
  }

  test('gets what came after that id', async () => {
    const late = await newcomer('1');
    expect([late.data, late.errors]).toEqual([['2', '3', '4'], []]);
  });

  test('has missed nothing where the leader stands at that id', async () => {
    const late = await newcomer('3');
    expect([late.data, late.errors]).toEqual([['4'], []]);
  });

  test('is told that it missed events where nobody knows that id', async () => {
    const late = await newcomer('from long ago');
    expect([late.data, late.errors.map(({ code }) => code)]).toEqual([['4'], ['overflow']]);
    expect(late.connection.lastEventId).toBe('4');
  });

  test('finds it in a storage whose number is that of an earlier id', async () => {
    const storage = sessionStorage();
    const { attempt } = await open(1);
    for (const id of ['1', '2', '3']) send(attempt, id);
    await world.settle();
    storage.setItem('key', '2');
    storage.setItem('key ssekit:1:test', '7 1');
    const late = world.open({ storage, storageKey: 'key' });
    await world.settle();
    expect([late.data, late.errors]).toEqual([['3'], []]);
  });
});

describe('while a schema looks at events', () => {
  test('that share an id, a reload brings those back that were not handed on, and no others', async () => {
    const { attempt } = await open(1);
    const storage = sessionStorage();
    const before = world.open({ storage });
    await world.settle();
    const sendAs = (id: string, data: string) => {
      attempt.sink.message({ type: 'message', data, raw: data, lastEventId: id, origin: '' });
    };
    sendAs('1', 'a');
    await world.settle();
    before.isSlow = true;
    sendAs('1', 'b');
    sendAs('1', 'c');
    await world.settle();
    before.close();
    const after = world.open({ storage });
    await world.settle();
    expect([before.data, after.data]).toEqual([['a'], ['b', 'c']]);
  });

  test('more than the others keep, close() and connect() lead to an overflow, not to silence', async () => {
    const { attempt } = await open(1);
    const tab = world.open();
    await world.settle();
    send(attempt, '1');
    await world.settle();
    tab.isSlow = true;
    for (let i = 2; i <= 1500; i++) send(attempt, String(i));
    await world.settle();
    tab.close();
    tab.isSlow = false;
    tab.run(() => {
      tab.connection.connect();
    });
    await world.settle();
    send(attempt, '1501');
    await world.settle();
    expect([tab.data, tab.errors.map(({ code }) => code)]).toEqual([['1', '1501'], ['overflow']]);
  });
});

/** A constructor that the browser's settings forbid. */
function blocked(): never {
  throw new DOMException('blocked', 'SecurityError');
}

describe('hostile or broken peers', () => {
  test.for([2 ** 52 - 2, 2 ** 53 - 1])('a forged number cannot stop the numbering: %d', async (sequence) => {
    const { tabs } = await open(3);
    const [first] = tabs;
    stranger().post(forgedSnapshot(Date.now() + 1000, sequence));
    await pass(10);
    if (first) world.crash(first);
    await pass(10);
    const leader = world.live[0];
    leader?.sink.open({ url: 'https://example.test/sse' });
    for (const id of ['1', '2', '3', '4']) if (leader) send(leader, id);
    await world.settle();
    for (const tab of tabs.slice(1)) expect(tab.data).toEqual(['1', '2', '3', '4']);
  });

  test('a leader whose claim is never read again gives the connection up, and keeps no events', async () => {
    const { tabs, attempt } = await open(1);
    const [tab] = tabs;
    await vi.advanceTimersByTimeAsync(20_000);
    for (const channel of world.channels) channel.onmessage = null;
    for (let i = 1; i <= 50; i++) send(attempt, String(i));
    await pass(12);
    expect(attempt.request.signal.aborted).toBe(true);
    expect(tab?.data).toEqual([]);
  });

  test.for([
    ['BroadcastChannel', blocked],
    [
      'navigator',
      {
        locks: {
          request: () => {
            throw new DOMException('opaque origin', 'SecurityError');
          },
        },
      },
    ],
  ] as const)('a %s that throws makes each tab connect for itself', async ([global, value]) => {
    vi.stubGlobal(global, value);
    const tabs = [world.open(), world.open()];
    await world.settle();
    expect(world.attempts.map(({ tab }) => tab)).toEqual(tabs);
    for (const attempt of world.attempts) send(attempt, '1');
    for (const tab of tabs) {
      expect(tab.data).toEqual(['1']);
      tab.close();
    }
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a client that is closed before its channel turns out to be blocked never connects', async () => {
    vi.stubGlobal('BroadcastChannel', blocked);
    world.open().close();
    await world.settle();
    expect(world.attempts).toEqual([]);
  });

  test('a forged claim makes no tab lead that has not got the lock', async () => {
    await open(2);
    stranger().post({ kind: 'claim', generation: 0, knows: true });
    await world.settle();
    expect(world.attempts).toHaveLength(1);
  });

  test('a tab that believed a forged position takes part again, though the leader is never silent', async () => {
    const { tabs, attempt } = await open(2);
    const { heard, post } = stranger();
    send(attempt, '1');
    await world.settle();
    post(forgedSnapshot(heard.at(-1)?.generation ?? 0, 2 ** 51));
    for (let i = 2; i < 12; i++) {
      await pass(1);
      send(attempt, String(i));
    }
    await world.settle();
    expect(tabs[1]?.data.at(-1)).toBe('11');
  });

  test('a newcomer that brings an id is not misled by what the leader posts before it answers', async () => {
    const { attempt } = await open(1);
    for (const id of ['1', '2', '3']) send(attempt, id);
    await world.settle();
    const late = world.open({ lastEventId: '1' });
    attempt.sink.id('3b');
    await world.settle();
    expect([late.data, late.errors]).toEqual([['2', '3'], []]);
  });

  test('forged questions cannot make a list of types grow without end', async () => {
    const { attempt } = await open(1);
    const { post } = stranger();
    for (let i = 0; i < 5; i++) {
      const types = Array.from({ length: 500 }, (_, type) => `${i} ${type}`);
      post({ kind: 'question', generation: 0, types, all: false });
    }
    await world.settle();
    expect(attempt.listened.length).toBeLessThanOrEqual(1000);
  });

  test.for([
    ['a tab', 1, 1100],
    ['all tabs together', 3, 400],
  ] as const)(
    'where %s listens to more types than a notice can name, the leader listens to all',
    async ([, tabs, types]) => {
      await open(1);
      const { heard } = stranger();
      for (let i = 0; i < tabs; i++) {
        const tab = world.open();
        for (let type = 0; type < types; type++) tab.connection.listen(`${i} ${type}`);
      }
      await world.settle();
      const snapshots = heard.filter(({ kind }) => kind === 'snapshot');
      expect(snapshots.at(-1)?.all).toBe(true);
    },
  );
});

test('the version of the wire format is part of the names of lock and channel', async () => {
  const locks: string[] = [];
  vi.stubGlobal('navigator', {
    locks: {
      request: (name: string) => {
        locks.push(name);
        return new Promise(() => undefined);
      },
    },
  });
  world.open();
  await world.settle();
  expect([locks, [...world.channels].map(({ name }) => name)]).toEqual([
    ['ssekit:1:test'],
    ['ssekit:1:test'],
  ]);
});
