import { SseClient } from 'ssekit';
import type { Backend } from './backend.ts';
import type { CodePanel } from './code-panel.ts';
import { element, part, write } from './element.ts';
import { onFrame } from './frames.ts';
import type { Inspector } from './inspector/inspector.ts';
import { say } from './language.ts';
import { soakSnippets } from './snippets.ts';
import { testify, type Stream, type Witness } from './stream.ts';
import { strike } from './strike.ts';
import type { Settings } from './settings.ts';

interface Numbers {
  number: string; // one more than the one before
}

/** What passes by itself, so that the client comes back without help. */
const faults = [
  { kind: 'cut' },
  { kind: 'cut', after: 7 },
  { kind: 'reset', times: 2 },
  { kind: 'unavailable', times: 1, retryAfter: 1 },
  { kind: 'slow-open', ms: 500 },
  { kind: 'silence' },
] as const;

/** A numbered stream under random faults: every number is counted, so what is lost or doubled shows. */
export function soak(
  { numbersInterval, session: page }: Settings,
  backend: Backend,
  { inspector, witness, code }: { inspector: Inspector; witness: Witness; code: CodePanel },
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
  const tap = inspector.tap('soak');
  tap.watch(client);
  client.on('number', (event) => {
    const number = Number(event.data);
    counts.received++;
    if (number <= last) counts.doubled++;
    else {
      counts.lost += number - last - 1;
      last = number;
    }
    tap.event(event);
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

  /** One fault after the other, every one or two seconds of an open stream. While it is away they would pile up, and each failure doubles the wait. */
  function plan(): void {
    clearTimeout(timer);
    if (!chaos.checked || client.status !== 'open') return;
    timer = setTimeout(
      () => {
        const fault = faults[Math.floor(Math.random() * faults.length)] ?? { kind: 'cut' };
        void strike(backend, session, fault).then((trouble) => {
          say(note, trouble ?? ((t) => t.struck(fault.kind)));
          plan();
        });
      },
      1000 + Math.random() * 1000,
    );
  }

  client.subscribe(({ status }) => {
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
  testify(stream, client, witness);
  return stream;
}
