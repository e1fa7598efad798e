import type { Backend } from './backend.ts';
import { button } from './button.ts';
import type { CodePanel } from './code-panel.ts';
import { connectionForm } from './connection-form.ts';
import { element, write } from './element.ts';
import { followEnd } from './follow.ts';
import { keyOf } from './replay/choice.ts';
import { language, onLanguage, texts, type Language } from './language.ts';
import { snippetsFor } from './replay/snippets.ts';
import { observe, type Stream, type StreamObserver } from './stream.ts';
import { typeStream } from './type-stream.ts';
import { typedText } from './typed-text.ts';
import { visible } from './visible.ts';
import type { Settings } from './settings.ts';
import type { SseMessage } from 'ssekit';

export interface Typewriter extends Stream {
  readonly toggle: () => void;
  readonly reconnect: () => void;
}

/** A client, and the language of the text that it types. */
interface Running {
  readonly client: ReturnType<typeof typeStream>;
  readonly lang: Language;
  end(): void;
}

/** The typewriter scene: a stream typed as text, with the controls of its connection. */
export function typewriter(
  { interval, session }: Settings,
  backend: Backend,
  { observer, code }: { observer: StreamObserver; code: CodePanel },
): Typewriter {
  const typed = element('typed', HTMLElement);
  const text = typedText(typed);
  const wire = element('wire-line', HTMLElement);
  const follow = followEnd(element('paper', HTMLElement));

  const form = connectionForm(interval, backend, {
    apply() {
      replace(running.client.lastEventId);
    },
    speedChanged() {
      if (running.client.status !== 'closed') running.client.reconnect();
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
  button('start-over', startOver);
  function startOver(): void {
    text.clear();
    write(wire, '');
    replace('');
  }

  const url = (lang: Language) => {
    const query = new URLSearchParams({ session, interval: String(form.interval), lang });
    if (form.choice.auth) query.set('auth', '1');
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
  function arrived(event: SseMessage<unknown>): void {
    write(wire, `event: ${event.type}   data: ${visible(event.raw)}   id: ${event.lastEventId}`);
  }

  async function showCode(): Promise<void> {
    const { choice, header } = form;
    const snippets = await snippetsFor(choice, header);
    // Ignore it once something else is chosen.
    if (keyOf(choice) === keyOf(form.choice)) code.set('typewriter', snippets);
  }

  function start(lastEventId: string): Running {
    void showCode();
    // A position belongs to one text, so only a new start takes another.
    const lang = lastEventId === '' ? language() : running.lang;
    typed.lang = lang;
    const client = typeStream(() => url(lang), paper, form.options({ lastEventId, ...backend.options }));
    const stopObserving = observe(stream, client, observer);
    const stopShowing = client.subscribe((state) => {
      typed.toggleAttribute('data-live', state.status === 'open');
      connect.enable(state.status === 'closed');
      close.enable(state.status !== 'closed');
      reconnect.enable(state.status === 'open' || state.status === 'reconnecting');
    });
    return {
      client,
      lang,
      end() {
        stopObserving();
        stopShowing();
        client.close();
      },
    };
  }

  function replace(lastEventId: string): void {
    running.end();
    running = start(lastEventId);
  }

  const stream: Typewriter = {
    scene: 'typewriter',
    session,
    connect() {
      running.client.connect();
    },
    toggle() {
      if (running.client.status === 'closed') running.client.connect();
      else running.client.close();
    },
    reconnect() {
      running.client.reconnect();
    },
  };
  let running: Running = start('');
  onLanguage(() => {
    typed.dataset.empty = texts().paperEmpty;
    if (running.lang !== language() && running.client.status !== 'closed') startOver();
  });
  return stream;
}
