import { createConnection } from '../connection/connection.js';
import type { Connection, ConnectionOptions, Listened } from '../connection/contract.js';
import { CLOSED, type SseState } from '../connection/state.js';
import { packOpen, packState, withoutQuery, type OpenNotice, type Push, type Question } from './channel.js';
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

/**
 * The connection of all tabs. Every change goes to the other tabs first and then to this one, so
 * that what its listeners do doesn't concern the others.
 */
export class Leader {
  /** It isn't connected by the constructor: a listener of the first state may close the client. */
  readonly connection: Connection;
  readonly #journal: Journal;
  readonly #channel: LeaderInputs['channel'];
  readonly #listened: Listened;
  readonly #observer: StreamObserver;
  /** The state that was reported last. */
  #state = CLOSED;
  /** After the last numbered event, or a later block without data. */
  #lastEventId: string;
  #opened: OpenNotice | undefined;
  #isOver = false;

  constructor({ options, lastEventId, listened, journal, channel }: LeaderInputs, observer: StreamObserver) {
    this.#journal = journal;
    this.#channel = channel;
    this.#listened = listened;
    this.#observer = observer;
    this.#lastEventId = lastEventId;
    journal.lead();
    this.connection = createConnection(
      // Each tab has its own `until` and its own storage.
      { ...options, until: undefined, lastEventId, stored: undefined },
      {
        // `stop` closes the connection: that state isn't one of the stream.
        state: (now) => {
          if (!this.#isOver) this.#report(now);
        },
        open: (info) => {
          this.#opened = packOpen(info);
          this.#post();
          observer.open(info);
        },
        message: (message) => {
          channel.whileLeading(() => {
            const event = journal.append(message);
            this.#lastEventId = event.lastEventId;
            channel.post(event);
            observer.message(event);
          });
        },
        id: (id) => {
          channel.whileLeading(() => {
            this.#lastEventId = id;
            this.#post();
            observer.id(id);
          });
        },
        error: (error) => {
          // The error in the state was reported with it.
          if (error !== this.#state.error) observer.error(error);
        },
      },
      listened,
    );
  }

  /** Answers another tab. */
  answer(notice: Question | Push): void {
    if (notice.kind === 'push') {
      const { notBefore = 0 } = this.connection;
      const isHopeful = this.#state.retryAt !== undefined && Date.now() >= notBefore;
      if (notice.force || isHopeful) this.connection.reconnect();
      return;
    }
    const { types, all } = newlyListened(this.#listened, notice);
    for (const type of types) this.connection.listen(type);
    if (all) this.connection.listenToAll();
    const { sequence, lastEventId } = notice;
    for (const event of this.#journal.since(sequence ?? Infinity)) this.#channel.post(event);
    this.#post(false, lastEventId);
  }

  stop(): void {
    this.#isOver = true;
    this.connection.close();
  }

  #report(now: SseState): void {
    const before = this.#state;
    const hasFailed = now.error !== undefined && now.error !== before.error;
    this.#state = now;
    // A stream that opens is posted by `open`, which knows the response.
    if (now.status !== 'open' || before.status === 'open') this.#post(hasFailed);
    this.#observer.state(now, hasFailed);
  }

  #post(hasFailed = false, askedId?: string): void {
    const { sequence = 0, oldest } = this.#journal;
    const numberOf = (id: string) => (id === this.#lastEventId ? sequence : this.#journal.lastWith(id));
    this.#channel.post({
      kind: 'snapshot',
      sequence,
      oldest,
      lastEventId: this.#lastEventId,
      found: askedId === undefined ? undefined : { lastEventId: askedId, sequence: numberOf(askedId) },
      url: withoutQuery(this.connection.url),
      state: packState(this.#state),
      notBefore: this.connection.notBefore,
      failed: hasFailed,
      opened: this.#state.status === 'open' ? this.#opened : undefined,
      ...packListened(this.#listened),
    });
  }
}
