import type { Dictionary } from '../dictionary.ts';
import { create, element, write } from '../element.ts';
import { say } from '../language.ts';
import type { Tick } from './events.ts';
import type { Figure, Minute } from './minute.ts';
import { sparkline, sparklineLength } from './sparkline.ts';

type Show = (tick: Tick, minute: Minute) => void;

interface Tile {
  readonly name: (t: Dictionary) => string;
  readonly figure: (tick: Tick) => string;
  readonly unit: string;
  readonly detail: (t: Dictionary, tick: Tick) => string;
  readonly drawing: { readonly node: Element; readonly show: Show };
}

/** Four figures, each with its unit, a line of explanation and a drawing. */
export function tiles(): Show {
  const all: Tile[] = [
    {
      name: (t) => t.qps,
      figure: ({ qps }) => whole(qps),
      unit: '',
      detail: (t) => t.qpsDetail,
      drawing: lineOf('qps'),
    },
    {
      name: (t) => t.latency,
      figure: ({ latency }) => whole(latency.p99),
      unit: 'ms',
      detail: (t, { latency }) => t.latencyDetail(whole(latency.p50)),
      drawing: lineOf('p99'),
    },
    {
      name: (t) => t.cpu,
      figure: ({ cpu }) => cpu.toFixed(1),
      unit: '%',
      detail: (t, { memory }) => t.cpuDetail(memory.toFixed(1)),
      drawing: barOf(({ cpu }) => cpu),
    },
    {
      name: (t) => t.online,
      figure: ({ online }) => whole(online),
      unit: '',
      detail: (t) => t.onlineDetail,
      drawing: lineOf('online'),
    },
  ];
  const shows = all.map(tile);
  return (tick, minute) => {
    for (const show of shows) show(tick, minute);
  };
}

function tile({ name, figure, unit, detail, drawing }: Tile): Show {
  const number = create('span', 'figure', '–');
  const about = create('dd', 'detail', '\u00a0');
  const term = create('dt', '');
  say(term, name);
  element('tiles', HTMLElement).append(
    create(
      'div',
      'tile',
      term,
      create('dd', '', number, ' ', create('span', 'unit', unit)),
      about,
      create('dd', 'drawing', drawing.node),
    ),
  );
  return (tick, minute) => {
    write(number, figure(tick));
    say(about, (t) => detail(t, tick));
    drawing.show(tick, minute);
  };
}

function lineOf(name: Figure): Tile['drawing'] {
  const { node, show } = sparkline();
  return {
    node,
    show: (_, minute) => {
      show(minute.figures(name, sparklineLength));
    },
  };
}

function barOf(percent: (tick: Tick) => number): Tile['drawing'] {
  const node = create('div', 'gauge');
  return {
    node,
    show: (tick) => {
      node.style.setProperty('--share', String(percent(tick) / 100));
    },
  };
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}
