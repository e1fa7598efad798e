import { createConnection, type ConnectionOptions } from '../connection/connection.js';
import type { Journal } from './journal.js';
import type { LastEventId } from '../connection/last-event-id.js';
import type { SseMessage } from '../message.js';
import {
  packOpen,
  packState,
  withoutQuery,
  type EventNotice,
  type OpenNotice,
  type Push,
  type Question,
  type Wanted,
} from './channel.js';
import type { TabGroup } from './tab-group.js';
import type { Connection, ConnectionObserver } from '../connection/connection.js';
import type { SseState } from '../connection/state.js';

/** What a leader has of its tab. */
export interface LedTab {
  readonly options: ConnectionOptions;
  readonly observer: ConnectionObserver;
  readonly tabs: TabGroup;
  readonly journal: Journal;
  /** What this tab has handed on. */
  readonly lastEventId: LastEventId;
  readonly state: () => SseState;
  readonly wanted: () => Wanted;
  /** This state, as one that follows the tab's own. */
  readonly after: (now: SseState) => SseState;
  readonly tell: (next: SseState, failed: boolean) => void;
  readonly deliver: (event: EventNotice) => void;
}

/** The half of a tab that has the connection. */
export interface Leader {
  /** Not begun yet. */
  readonly connection: Connection;
  answer(notice: Question | Push): void;
  stop(): void;
}

/** Tells the others what comes, and then its own tab, so that what that makes of it is no matter of theirs. */
export function createLeader(tab: LedTab): Leader {
  const { options, observer, tabs, journal, lastEventId } = tab;
  let opened: OpenNotice | undefined;
  let isOver = false;
  /** Nothing is told any more by who leads no more. */
  const live = <A extends unknown[]>(report: (...args: A) => void) => {
    return (...args: A): void => {
      if (!isOver) report(...args);
    };
  };

  journal.lead();
  const connection = createConnection(
    { ...options, until: undefined, lastEventId: lastEventId.value, stored: undefined },
    {
      state: live((now) => {
        const next = tab.after(now);
        const isFinal = next.status === 'closed' && next.error !== undefined;
        // That it has opened is told with what is known of that.
        if (next.status !== 'open' || tab.state().status === 'open') post(next, isFinal);
        tab.tell(next, isFinal);
      }),
      open: live((info) => {
        opened = packOpen(info);
        post(tab.state());
        observer.open(info);
      }),
      message: live((message) => {
        tabs.whenSure(() => {
          handOn(message);
        });
      }),
      id: live(() => {
        const id = connection.lastEventId;
        tabs.whenSure(() => {
          lastEventId.set(id);
          post(tab.state());
        });
      }),
      error: live((error) => {
        // A gap is for each tab to find.
        if (error === connection.state.error) post(tab.state(), true);
        observer.error(error);
      }),
    },
  );

  function handOn({ type, data, lastEventId, origin }: SseMessage): void {
    const sequence = (journal.sequence ?? 0) + 1;
    const event: EventNotice = { kind: 'event', sequence, type, data, lastEventId, origin };
    journal.add(event);
    tabs.post(event);
    tab.deliver(event);
  }

  function post(now: SseState, failed = false): void {
    tabs.post({
      kind: 'snapshot',
      sequence: journal.sequence ?? 0,
      oldest: journal.oldest,
      lastEventId: lastEventId.value,
      url: withoutQuery(connection.url),
      state: packState(now),
      failed,
      opened: now.status === 'open' ? opened : undefined,
      ...tab.wanted(),
    });
  }

  const { types, all } = tab.wanted();
  for (const type of types) connection.listen(type);
  if (all) connection.listenToAll();
  return {
    connection,
    answer(notice) {
      if (notice.kind === 'push') {
        if (notice.force || tab.state().retryAt !== undefined) connection.reconnect();
        return;
      }
      for (const event of journal.since(notice.sequence ?? Infinity)) tabs.post(event);
      post(tab.state());
    },
    stop() {
      isOver = true;
      connection.close();
    },
  };
}
