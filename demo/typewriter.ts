import { button } from './button.ts';
import { connectionForm } from './connection-form.ts';
import { element, write } from './element.ts';
import { visible, type EventLog } from './event-log.ts';
import { followEnd } from './follow.ts';
import { typeStream } from './type-stream.ts';
import { typedText } from './typed-text.ts';
import type { ErrorPanel } from './error-panel.ts';
import type { Settings } from './settings.ts';
import type { SseMessage, SseState } from 'ssekit';

export interface Typewriter {
  /** Opens the stream if it is closed. */
  connect(): void;
}

/** Who is told what happens to the stream. */
interface Witnesses {
  readonly log: EventLog;
  readonly errors: ErrorPanel;
  state(now: SseState): void;
}

/** The typewriter scene: a stream typed as text, with the buttons and the settings of its connection. */
export function typewriter({ interval, session }: Settings, witnesses: Witnesses): Typewriter {
  const typed = element('typed', HTMLElement);
  const text = typedText(typed);
  const wire = element('wire', HTMLElement);
  const follow = followEnd(element('paper', HTMLElement));

  const form = connectionForm(interval, {
    apply() {
      replace(running.client.lastEventId);
    },
    hurry() {
      if (running.client.getSnapshot().status !== 'closed') running.client.reconnect();
    },
  });
  const connect = button('connect', () => {
    running.client.connect();
  });
  const close = button('close', () => {
    running.client.close();
  });
  const reconnect = button('reconnect', () => {
    running.client.reconnect();
  });
  button('start-over', () => {
    text.clear();
    write(wire, '');
    replace('');
  });

  const url = () => {
    const query = new URLSearchParams({ session, interval: String(form.interval) });
    if (form.auth) query.set('auth', '1');
    return `/api/sse?${query}`;
  };
  const paper = {
    type(event: SseMessage) {
      text.append(event.data);
      follow();
      arrived(event);
    },
    finish: arrived,
  };
  function arrived(event: SseMessage): void {
    write(wire, `event: ${event.type}   data: ${visible(event.data)}   id: ${event.lastEventId}`);
    witnesses.log.event(event);
  }

  function start(lastEventId: string) {
    const client = typeStream(url, paper, form.options(lastEventId));
    witnesses.log.watch('typewriter', client);
    witnesses.errors.watch(client);
    const unsubscribe = client.subscribe((state) => {
      witnesses.state(state);
      typed.toggleAttribute('data-live', state.status === 'open');
      connect.enable(state.status === 'closed');
      close.enable(state.status !== 'closed');
      reconnect.enable(state.status === 'open' || state.status === 'reconnecting');
    });
    return { client, unsubscribe };
  }

  function replace(lastEventId: string): void {
    running.unsubscribe();
    running.client.close();
    running = start(lastEventId);
  }

  let running = start('');
  return {
    connect() {
      running.client.connect();
    },
  };
}
