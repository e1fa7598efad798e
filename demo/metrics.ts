import { SseClient } from 'ssekit';
import { button } from './button.ts';
import { create, element, part, write } from './element.ts';
import { smallLamp } from './lamp.ts';
import { sparkline } from './sparkline.ts';
import { strike } from './strike.ts';
import type { EventLog } from './event-log.ts';
import type { Alarm } from './server/alarm.ts';
import type { Metrics } from './server/metrics.ts';
import type { Settings } from './settings.ts';

interface DashboardEvents {
  message: Metrics;
  alarm: Alarm;
  deploy: Deploy;
}

interface Deploy {
  readonly version: string;
  readonly time: number;
}

type Show = (tick: Metrics) => void;

const shownNotices = 4;

/** The dashboard strip: figures from unnamed events, notices from named ones. */
export function metrics({ metricsInterval, session: page }: Settings, log: EventLog): void {
  const session = `${page}-metrics`;
  const tiles = [
    tile(
      'QPS',
      lineOf((tick) => tick.qps),
      (tick) => [whole(tick.qps), '', 'requests per second'],
    ),
    tile(
      'Latency',
      lineOf((tick) => tick.latency.p99),
      ({ latency }) => [whole(latency.p99), 'ms', `p99 · p50 ${whole(latency.p50)} ms`],
    ),
    tile(
      'CPU',
      barOf((tick) => tick.cpu),
      (tick) => [tick.cpu.toFixed(1), '%', `memory ${tick.memory.toFixed(1)} %`],
    ),
    tile(
      'Online',
      lineOf((tick) => tick.online),
      (tick) => [whole(tick.online), '', 'users'],
    ),
  ];
  const query = new URLSearchParams({ session, interval: String(metricsInterval) });
  const client = new SseClient<DashboardEvents>(`/api/metrics?${query}`, { decode: 'json' });
  log.watch('metrics', client);
  client.subscribe(smallLamp(element('metrics-lamp', HTMLElement)));

  client.onMessage((event) => {
    log.event(event);
    for (const show of tiles) show(event.data);
  });
  client.on('alarm', (event) => {
    log.event(event);
    const { level, text, time } = event.data;
    notice(level, text, time);
  });
  client.on('deploy', (event) => {
    log.event(event);
    const { version, time } = event.data;
    notice('deploy', `version ${version} is live`, time);
  });
  badPayload(client, session);
}

/** The button for a tick that is no JSON, and what the client says of it while the figures go on. */
function badPayload(client: SseClient<DashboardEvents>, session: string): void {
  const note = element('payload-note', HTMLElement);
  const facts = element('payload-error', HTMLDListElement);
  button('bad-payload', () => {
    void strike(session, { kind: 'bad-payload' }).then((trouble) => {
      write(note, trouble ?? 'The next tick will be broken.');
    });
  });
  client.onError(({ code, event, raw }) => {
    if (code !== 'decode') return;
    facts.hidden = false;
    write(note, 'One tick could not be read. The stream was never interrupted.');
    write(part(facts, 'code'), code);
    write(part(facts, 'event'), event ?? '');
    write(part(facts, 'raw'), raw ?? '');
  });
}

interface Drawing {
  readonly node: Element;
  readonly show: Show;
}

function lineOf(value: (tick: Metrics) => number): Drawing {
  const line = sparkline();
  return {
    node: line.node,
    show: (tick) => {
      line.add(value(tick));
    },
  };
}

function barOf(percent: (tick: Metrics) => number): Drawing {
  const node = create('div', 'bar');
  return {
    node,
    show: (tick) => {
      node.style.setProperty('--share', String(percent(tick) / 100));
    },
  };
}

/** A figure with its unit, a line of explanation, and a drawing. */
function tile(name: string, drawing: Drawing, read: (tick: Metrics) => [string, string, string]): Show {
  const figure = create('span', 'figure', '–');
  const unit = create('span', 'unit');
  const detail = create('dd', 'detail', '\u00a0');
  element('tiles', HTMLElement).append(
    create(
      'div',
      'tile',
      create('dt', '', name),
      create('dd', '', figure, ' ', unit),
      detail,
      create('dd', 'drawing', drawing.node),
    ),
  );
  return (tick) => {
    const [number, of, about] = read(tick);
    write(figure, number);
    write(unit, of);
    write(detail, about);
    drawing.show(tick);
  };
}

function whole(value: number): string {
  return value.toLocaleString('en');
}

/** The newest notice on top, the oldest out. */
function notice(level: string, text: string, time: number): void {
  const list = element('alarms', HTMLUListElement);
  const when = create('time', '', new Date(time).toLocaleTimeString('en-GB'));
  when.dateTime = new Date(time).toISOString();
  const badge = create('span', 'badge', level);
  badge.dataset.level = level;
  list.prepend(create('li', '', when, badge, create('span', 'what', text)));
  while (list.childElementCount > shownNotices) list.lastElementChild?.remove();
}
