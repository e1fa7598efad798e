import { SseClient } from 'ssekit';
import { element, part, write } from './element.ts';
import { smallLamp } from './lamp.ts';
import { strike } from './strike.ts';
import type { EventLog } from './event-log.ts';
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
export function soak({ numbersInterval, session: page }: Settings, log: EventLog): void {
  const session = `${page}-soak`;
  const counters = element('soak-counters', HTMLDListElement);
  const note = element('soak-note', HTMLElement);
  const chaos = element('chaos', HTMLInputElement);
  const toggle = element('soak-toggle', HTMLButtonElement);
  const counts = { received: 0, lost: 0, doubled: 0, connections: 0 };
  let last = 0;
  let frame: number | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const query = new URLSearchParams({ session, interval: String(numbersInterval), heartbeat: '500' });
  const client = new SseClient<Numbers>(`/api/numbers?${query}`, {
    autoConnect: false,
    retryInterval: 300,
    idleTimeout: 1500,
  });
  log.watch('soak', client);
  client.on('number', ({ data }) => {
    const number = Number(data);
    counts.received++;
    if (number <= last) counts.doubled++;
    else {
      counts.lost += number - last - 1;
      last = number;
    }
    frame ??= requestAnimationFrame(show);
  });
  client.onOpen(() => {
    counts.connections++;
    frame ??= requestAnimationFrame(show);
  });

  function show(): void {
    frame = undefined;
    for (const [name, count] of Object.entries(counts)) {
      const figure = part(counters, name);
      write(figure, count.toLocaleString('en'));
      figure.toggleAttribute('data-bad', count > 0 && (name === 'lost' || name === 'doubled'));
    }
  }

  /** One fault after the other, every one or two seconds, while the stream runs and the switch is on. */
  function plan(): void {
    clearTimeout(timer);
    if (!chaos.checked || client.status === 'closed') return;
    timer = setTimeout(
      () => {
        const fault = faults[Math.floor(Math.random() * faults.length)] ?? { kind: 'cut' };
        void strike(session, fault).then((trouble) => {
          write(note, trouble ?? `Struck: ${fault.kind}.`);
          plan();
        });
      },
      1000 + Math.random() * 1000,
    );
  }

  const light = smallLamp(element('soak-lamp', HTMLElement));
  let wasClosed: boolean | undefined;
  client.subscribe((state) => {
    light(state);
    const isClosed = state.status === 'closed';
    if (isClosed === wasClosed) return;
    wasClosed = isClosed;
    write(toggle, isClosed ? 'Start soak' : 'Stop soak');
    plan();
  });
  toggle.addEventListener('click', () => {
    if (client.status === 'closed') client.connect();
    else client.close();
  });
  chaos.addEventListener('change', () => {
    if (!chaos.checked) write(note, '');
    plan();
  });
}
