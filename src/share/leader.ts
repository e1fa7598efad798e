import { createConnection } from '../connection/connection.js';
import type { Connection, ConnectionOptions, Listened } from '../connection/contract.js';
import { CLOSED } from '../connection/state.js';
import { withoutQuery } from '../errors.js';
import { packOpen, packState, type OpenNotice, type Push, type Question } from './channel.js';
import type { Journal } from './journal.js';
import { newlyListened, packListened } from './listened.js';
import type { StreamObserver } from './stream-observer.js';
import type { TabGroup } from './tab-group.js';

/** What a leader is made of. */
export interface LeaderInputs {
  readonly options: ConnectionOptions;
  /** Where to resume. */
  readonly lastEventId: string;
  readonly listened: Listened;
  readonly journal: Journal;
  readonly channel: Pick<TabGroup, 'post' | 'whileLeading'>;
}

export interface Leader {
  /** It isn't connected yet: a listener of the first state may close the client. */
  readonly connection: Connection;
  /** Answers another tab. */
  answer(notice: Question | Push): void;
  stop(): void;
}

/**
 * The connection of all tabs. Every change goes to the other tabs first and then to this one, so
 * that what its listeners do doesn't concern the others.
 */
export function createLeader(inputs: LeaderInputs, observer: StreamObserver): Leader {
  const { options, listened, journal, channel } = inputs;
  /** After the last numbered event, or a later block without data. */
  let { lastEventId } = inputs;
  /** The state that was reported last. */
  let state = CLOSED;
  let opened: OpenNotice | undefined;
  let isOver = false;
  journal.lead();

  function post(failed = false, askedId?: string): void {
    const { sequence = 0, oldest } = journal;
    const numberOf = (id: string) => (id === lastEventId ? sequence : journal.lastWith(id));
    channel.post({
      kind: 'snapshot',
      sequence,
      oldest,
      lastEventId,
      found: askedId === undefined ? undefined : { lastEventId: askedId, sequence: numberOf(askedId) },
      url: withoutQuery(connection.url),
      state: packState(state),
      notBefore: connection.notBefore,
      failed,
      opened: state.status === 'open' ? opened : undefined,
      ...packListened(listened),
    });
  }

  const connection = createConnection(
    // Each tab has its own `until` and its own storage.
    { ...options, until: undefined, lastEventId, stored: undefined },
    {
      state(now) {
        // `stop` closes the connection: that state isn't one of the stream.
        if (isOver) return;
        const before = state;
        const hasFailed = now.error !== undefined && now.error !== before.error;
        state = now;
        // A stream that opens is posted by `open`, which knows the response.
        if (now.status !== 'open' || before.status === 'open') post(hasFailed);
        observer.state(now, hasFailed);
      },
      open(info) {
        opened = packOpen(info);
        post();
        observer.open(info);
      },
      message(message) {
        channel.whileLeading(() => {
          const event = journal.append(message);
          ({ lastEventId } = event);
          channel.post(event);
          observer.message(event);
        });
      },
      id(id) {
        channel.whileLeading(() => {
          lastEventId = id;
          post();
          observer.id(id);
        });
      },
      error(error) {
        // The error in the state was reported with it.
        if (error !== state.error) observer.error(error);
      },
    },
    listened,
  );

  return {
    connection,
    answer(notice) {
      if (notice.kind === 'push') {
        const { notBefore = 0 } = connection;
        const isHopeful = state.retryAt !== undefined && Date.now() >= notBefore;
        if (notice.force || isHopeful) connection.reconnect();
        return;
      }
      const { types, all } = newlyListened(listened, notice);
      for (const type of types) connection.listen(type);
      if (all) connection.listenToAll();
      for (const event of journal.since(notice.sequence ?? Infinity)) channel.post(event);
      post(false, notice.lastEventId);
    },
    stop() {
      isOver = true;
      connection.close();
    },
  };
}
