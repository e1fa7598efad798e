import { SseClient } from 'ssekit';
import { create, element, write } from './element.ts';
import { smallLamp } from './lamp.ts';
import { sparkline } from './sparkline.ts';
import type { EventLog } from './event-log.ts';
import type { Alarm } from './server/alarm.ts';
import type { Metrics } from './server/metrics.ts';

interface DashboardEvents {
  message: string;
  alarm: string;
  deploy: string;
}

interface Deploy {
  readonly version: string;
  readonly time: number;
}

type Show = (tick: Metrics) => void;

const shownNotices = 4;

/** The dashboard strip: figures from unnamed events, notices from named ones. */
export function metrics(interval: number, log: EventLog): void {
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
  const client = new SseClient<DashboardEvents>(`/api/metrics?interval=${interval}`);
  log.watch('metrics', client);
  client.subscribe(smallLamp(element('metrics-lamp', HTMLElement)));

  client.onMessage((event) => {
    log.event(event);
    const tick = JSON.parse(event.data) as Metrics;
    for (const show of tiles) show(tick);
  });
  client.on('alarm', (event) => {
    log.event(event);
    const { level, text, time } = JSON.parse(event.data) as Alarm;
    notice(level, text, time);
  });
  client.on('deploy', (event) => {
    log.event(event);
    const { version, time } = JSON.parse(event.data) as Deploy;
    notice('deploy', `version ${version} is live`, time);
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
