import { sharedConnection, SseClient } from 'ssekit';
import type { Backend } from '../backend.ts';
import { button } from '../button.ts';
import type { CodePanel } from '../code-panel.ts';
import { create, element, part, write } from '../element.ts';
import { onFrame } from '../frames.ts';
import { onLanguage, say, texts } from '../language.ts';
import type { Settings } from '../settings.ts';
import { tabsSnippets } from '../snippets.ts';
import { observe, type Stream, type StreamObserver } from '../stream.ts';
import { Presence, type Tab } from './presence.ts';

export interface Tabs extends Stream {
  show(shown: boolean): void;
}

/** The tabs scene: one tab has the connection and all tabs get the events. */
export function tabs(
  { session: page }: Settings,
  backend: Backend,
  { observer, code }: { observer: StreamObserver; code: CodePanel },
): Tabs {
  const session = `${page}-tabs`;
  const counters = element('tabs-counters', HTMLDListElement);
  const list = element('tabs-list', HTMLOListElement);
  const note = element('tabs-note', HTMLElement);
  const id = Math.random().toString(36).slice(2, 6);
  const since = Date.now();
  let leads = false;
  let number = 0;
  let lost = 0;
  let announcedAt = 0;
  let connections: number | undefined;
  let polling: ReturnType<typeof setInterval> | undefined;

  const client = new SseClient<{ number: string }>(
    () => {
      // Only the tab that connects needs a URL.
      leads = true;
      return `/api/numbers?${new URLSearchParams({ session, interval: '250' })}`;
    },
    {
      autoConnect: false,
      idleTimeout: 5000,
      share: sharedConnection(`ssekit-demo:${session}`),
      lastEventIdParam: 'lastEventId',
    },
  );
  code.set('tabs', tabsSnippets);
  const presence = new Presence(`ssekit-demo:${session}:tabs`, () => {
    paint();
  });
  const self = (): Tab => ({ id, since, leads, status: client.status, number });
  const announce = () => {
    announcedAt = Date.now();
    presence.send(self());
  };

  client.on('number', (event) => {
    const next = Number(event.data);
    if (number > 0 && next !== number + 1) lost++;
    number = next;
    // Not on a timer, because browsers throttle timers in hidden tabs.
    if (Date.now() - announcedAt > 500) announce();
    paint();
  });
  client.onStateChange(({ status }) => {
    if (status === 'closed') leads = false;
    announce();
    paint();
  });
  addEventListener('pagehide', () => {
    presence.send({ ...self(), status: 'gone' });
  });

  const paint = onFrame(() => {
    const all = [self(), ...presence.others()].sort((a, b) => a.since - b.since);
    list.replaceChildren(...all.map((tab, i) => item(tab, i, tab.id === id)));
    list.hidden = backend.isMock;
    const active = all.filter(({ status }) => status !== 'closed').length;
    write(part(counters, 'tabs'), String(active));
    write(part(counters, 'connections'), String(connections ?? '–'));
    write(part(counters, 'number'), number.toLocaleString('en'));
    const figure = part(counters, 'lost');
    write(figure, String(lost));
    figure.toggleAttribute('data-bad', lost > 0);
  });
  onLanguage(paint);

  async function poll(): Promise<void> {
    try {
      const answer = await fetch('/api/stats');
      const { sessions } = (await answer.json()) as { sessions: Record<string, { open: number }> };
      connections = sessions[session]?.open;
    } catch {
      connections = undefined;
    }
    paint();
  }

  const join = element('tabs-join', HTMLButtonElement);
  button('tabs-open', () => {
    const url = new URL(location.href);
    url.searchParams.set('session', page);
    url.hash = 'tabs';
    const opened = [1, 2, 3].filter(() => window.open(url, '_blank') !== null).length;
    say(note, (t) => (opened === 3 ? '' : t.tabsBlocked(opened)));
  });
  button('tabs-join', () => {
    if (client.status === 'closed') client.connect();
    else client.close();
  });
  client.subscribe(({ status }) => {
    say(join, (t) => (status === 'closed' ? t.tabsJoin : t.tabsLeave));
  });
  if (backend.isMock) {
    say(note, (t) => t.tabsNeedServer);
    for (const name of ['tabs-open', 'tabs-join']) element(name, HTMLButtonElement).hidden = true;
  }

  let wasShown = false;
  const stream: Tabs = {
    scene: 'tabs',
    session,
    connect() {
      if (!backend.isMock) client.connect();
    },
    show(shown) {
      clearInterval(polling);
      if (!shown || backend.isMock) return;
      if (!wasShown) client.connect();
      wasShown = true;
      void poll();
      polling = setInterval(() => void poll(), 1000);
    },
  };
  observe(stream, client, observer);
  return stream;
}

function item({ leads, status, number }: Tab, index: number, isSelf: boolean): HTMLElement {
  const t = texts();
  const role = status === 'closed' ? t.tabLeft : leads ? t.tabLeads : t.tabFollows;
  const node = create(
    'li',
    '',
    create('strong', '', t.tabName(index + 1)),
    create('span', 'self', isSelf ? t.tabSelf : ''),
    create('span', 'role', role),
    create('span', 'number', number.toLocaleString('en')),
  );
  node.toggleAttribute('data-leads', leads && status !== 'closed');
  return node;
}
