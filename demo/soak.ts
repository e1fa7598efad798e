import { SseClient } from 'ssekit';
import type { Backend } from './backend.ts';
import type { CodePanel } from './code-panel.ts';
import { element, part, write } from './element.ts';
import { onFrame } from './frames.ts';
import { say } from './language.ts';
import { soakSnippets } from './snippets.ts';
import { observe, type Stream, type StreamObserver } from './stream.ts';
import { strike } from './strike.ts';
import type { Settings } from './settings.ts';

interface Numbers {
  number: string; // one more than the one before
}

/** Faults that pass by themselves, so the client recovers without help. */
const faults = [
  { kind: 'cut' },
  { kind: 'cut', after: 7 },
  { kind: 'reset', times: 2 },
  { kind: 'unavailable', times: 1, retryAfter: 1 },
  { kind: 'slow-open', ms: 500 },
  { kind: 'silence' },
] as const;

/**
 * A numbered stream under random faults. Every number is counted, so anything lost or doubled
 * shows.
 */
export function soak(
  { numbersInterval, session: page }: Settings,
  backend: Backend,
  { observer, code }: { observer: StreamObserver; code: CodePanel },
): Stream {
  const session = `${page}-soak`;
  const counters = element('soak-counters', HTMLDListElement);
  const note = element('soak-note', HTMLElement);
  const chaos = element('chaos', HTMLInputElement);
  const toggle = element('soak-toggle', HTMLButtonElement);
  const counts = { received: 0, lost: 0, doubled: 0, connections: 0 };
  let last = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const query = new URLSearchParams({ session, interval: String(numbersInterval), heartbeat: '500' });
  const client = new SseClient<Numbers>(`/api/numbers?${query}`, {
    autoConnect: false,
    retryInterval: 300,
    idleTimeout: 1500,
    ...backend.options,
  });
  code.set('soak', soakSnippets);
  client.on('number', (event) => {
    const number = Number(event.data);
    counts.received++;
    if (number <= last) counts.doubled++;
    else {
      counts.lost += number - last - 1;
      last = number;
    }
    show();
  });
  client.onOpen(() => {
    counts.connections++;
    show();
  });

  const show = onFrame(() => {
    for (const [name, count] of Object.entries(counts)) {
      const figure = part(counters, name);
      write(figure, count.toLocaleString('en'));
      figure.toggleAttribute('data-bad', count > 0 && (name === 'lost' || name === 'doubled'));
    }
  });

  /**
   * Injects one fault every one or two seconds while the stream is open. During an outage faults
   * would pile up, and each failure doubles the delay.
   */
  function plan(): void {
    clearTimeout(timer);
    if (!chaos.checked || client.status !== 'open') return;
    timer = setTimeout(
      () => {
        const fault = faults[Math.floor(Math.random() * faults.length)] ?? { kind: 'cut' };
        void strike(backend, session, fault).then((problem) => {
          say(note, problem ?? ((t) => t.struck(fault.kind)));
          plan();
        });
      },
      1000 + Math.random() * 1000,
    );
  }

  say(note, (t) => t.soakIdle);
  client.subscribe(({ status }) => {
    if (status === 'connecting') say(note, () => '');
    say(toggle, (t) => (status === 'closed' ? t.startSoak : t.stopSoak));
  });
  client.onStateChange((now, before) => {
    if (now.status !== before.status) plan();
  });
  toggle.addEventListener('click', () => {
    if (client.status === 'closed') client.connect();
    else client.close();
  });
  chaos.addEventListener('change', () => {
    if (!chaos.checked) say(note, () => '');
    plan();
  });

  const stream: Stream = {
    scene: 'soak',
    session,
    connect() {
      client.connect();
    },
  };
  observe(stream, client, observer);
  return stream;
}
