import { CHECKED } from '../checked.js';
import { misuse, type SseError } from '../errors.js';
import { createConnection } from '../connection/connection.js';
import type {
  Connection,
  ConnectionFactory,
  ConnectionObserver,
  ConnectionOptions,
  Listened,
} from '../connection/contract.js';
import { ignoreAfter } from '../connection/ignore-after.js';
import { LastEventId } from '../connection/last-event-id.js';
import { CLOSED, isSameState, READY_STATE, type SseState } from '../connection/state.js';
import type { OpenInfo } from '../connection/transport.js';
import { textMessage } from '../message.js';
import { isLast } from '../stream/until.js';
import { VERSION, type EventNotice } from './channel.js';
import { createFollower, type Follower } from './follower.js';
import { Journal } from './journal.js';
import { createLeader, type Leader } from './leader.js';
import { joinTabs, type TabGroup } from './tab-group.js';

/**
 * One connection for all tabs of this origin. Clients with the same name share it, across tabs and
 * within one. One tab has the connection and sends everything to the others over a
 * `BroadcastChannel`. When it closes, another one takes over and resumes after the last event ID.
 * Without Web Locks or `BroadcastChannel` (an insecure origin, Node before 24) each client connects
 * for itself, and `debug` says so.
 *
 * @param name - Identifies the stream. It must contain everything that makes two streams different,
 *   above all the user who's logged in.
 * @throws TypeError without a name.
 *
 * @example
 * ```ts
 * const client = new SseClient('/api/prices', { share: sharedConnection(`prices:${user.id}`) });
 * ```
 */
export function sharedConnection(name: string): ConnectionFactory {
  if (typeof name !== 'string' || !name) {
    throw misuse(
      "Give the shared connection a name: sharedConnection('prices:user42').",
      CHECKED && 'share-name',
    );
  }
  const factory: ConnectionFactory = (options, observer) => {
    const { navigator, BroadcastChannel } = globalThis as Partial<typeof globalThis>;
    // Missing on insecure origins, whatever its type says.
    const locks: LockManager | undefined = navigator?.locks;
    // Versions that don't understand each other must not share a lock: they'd depose each other.
    if (locks && BroadcastChannel) return share(`ssekit:${VERSION}:${name}`, locks, options, observer);
    observer.debug?.('not shared: this page has no Web Locks or no BroadcastChannel');
    return createConnection(options, observer);
  };
  // Components compare it: the same name is the same connection, however often this is called.
  return Object.assign(factory, { key: name });
}

/**
 * A connection that is this tab's own while it leads. Otherwise it repeats what the leader posts.
 */
function share(
  name: string,
  locks: LockManager,
  options: ConnectionOptions,
  observer: ConnectionObserver,
): Connection {
  const { until, stored } = options;
  const journal = new Journal();
  const listened: Listened = { types: new Set(), all: false };
  let state = CLOSED;
  const reportError = (error: SseError) => {
    observer.error(error);
  };
  /** The position of this tab, whether it leads or follows. */
  const lastEventId: LastEventId = new LastEventId(
    options.lastEventId,
    stored && journal.storedIn(stored, name, () => lastEventId.settled),
    reportError,
  );
  /** From `connect()` to the end: one group for each session. */
  let tabs: TabGroup | undefined;
  let leader: Leader | undefined;
  let follower: Follower | undefined;
  const stream = () => leader?.connection ?? follower;
  const url = () => stream()?.url ?? (typeof options.url === 'string' ? options.url : '');

  function join(): void {
    const unlessOver = ignoreAfter(() => tabs !== session);
    const streamObserver = {
      state: unlessOver(update),
      open: unlessOver((info: OpenInfo) => {
        observer.open(info);
      }),
      message: unlessOver(deliver),
      id: unlessOver((id: string) => {
        lastEventId.set(id, journal.sequence);
      }),
      error: unlessOver(reportError),
    };
    const following = (follower = createFollower(
      {
        options,
        listened,
        journal,
        post: (notice) => {
          if (!leader) tabs?.post(notice);
        },
        lastEventId: () => lastEventId.value,
        state: () => state,
        url: url(),
      },
      streamObserver,
    ));
    const session = (tabs = joinTabs(name, locks, {
      canResume: () => lastEventId.value !== '',
      lead() {
        following.stop();
        leader = createLeader(
          { options, lastEventId: lastEventId.value, listened, journal, channel: session },
          streamObserver,
        );
        lastEventId.set(lastEventId.value, journal.sequence);
        leader.connection.connect();
      },
      follow() {
        if (!leader) return;
        following.url = leader.connection.url;
        leader.stop();
        leader = undefined;
      },
      askLeader() {
        following.ask();
      },
      receive: (notice) => following.receive(notice),
      answer(notice) {
        leader?.answer(notice);
      },
      debug: observer.debug,
    }));
  }

  function deliver({ type, data, lastEventId: id, origin, sequence }: EventNotice): void {
    lastEventId.set(id, sequence);
    const message = textMessage(type, data, id, origin);
    if (isLast(until, message)) finish();
    else observer.message(message);
  }

  function update(next: SseState, hasFailed: boolean): void {
    // To a client that was open, a change of leader is a loss, and the way back from it.
    if (next.status === 'connecting' && state.status !== 'closed' && state.status !== 'connecting')
      next = { ...next, status: 'reconnecting' };
    if (next.status === 'closed') end();
    const isNew = !isSame(next, state);
    if (isNew) state = next;
    const { error } = state;
    // The state comes first, so that listeners of the error find it in place.
    const isDue = !isNew || observer.state(state) !== false;
    if (hasFailed && isDue && error) observer.error(error);
  }

  function end(): void {
    const old = tabs;
    tabs = undefined;
    follower?.stop();
    old?.leave();
    lastEventId.flush();
  }

  /** Closes this tab's client without an error, whatever the others do. */
  function finish(): void {
    end();
    if (state.status !== 'closed') update({ ...CLOSED, transport: state.transport }, false);
  }

  return {
    get state() {
      return state;
    },
    get url() {
      return url();
    },
    get lastEventId() {
      return lastEventId.value;
    },
    listen(type) {
      if (listened.types.has(type)) return;
      listened.types.add(type);
      stream()?.listen(type);
    },
    listenToAll() {
      if (listened.all) return;
      listened.all = true;
      stream()?.listenToAll();
    },
    get shared() {
      return { name, leads: !!leader };
    },
    hold: () => lastEventId.hold(),
    connect() {
      if (tabs) return;
      if (lastEventId.restore()) lastEventId.set(lastEventId.value, journal.sequence);
      join();
      const { transport } = state;
      update({ ...CLOSED, status: 'connecting', readyState: READY_STATE.connecting, transport }, false);
    },
    reconnect() {
      stream()?.reconnect();
    },
    close() {
      lastEventId.rewind();
      const { number } = lastEventId.settled;
      if (number !== undefined) journal.rewind(number);
      finish();
      lastEventId.flush();
    },
  };
}

/** Whether nothing changed for a user. An error from the channel is a new object every time. */
function isSame(a: SseState, b: SseState): boolean {
  return isSameState({ ...a, error: b.error }, b) && a.error?.message === b.error?.message;
}
