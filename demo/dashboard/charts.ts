import UPlot from 'uplot';
import { onTheme } from '../theme.ts';
import { element } from '../element.ts';
import type { Figure, Minute } from './minute.ts';

interface Line {
  readonly figure: Figure;
  /** A custom property of page.css. */
  readonly colour: string;
  readonly filled?: boolean;
}

/** Draws the last minute. */
export function charts(): (minute: Minute) => void {
  const all = [
    chart('chart-throughput', [{ figure: 'qps', colour: '--accent', filled: true }]),
    chart('chart-latency', [
      { figure: 'p50', colour: '--accent' },
      { figure: 'p99', colour: '--waiting' },
    ]),
  ];
  return (minute) => {
    for (const draw of all) draw(minute);
  };
}

function chart(id: string, lines: readonly Line[]): (minute: Minute) => void {
  const root = element(id, HTMLElement);
  let colours = readColours(root);
  let now = Date.now() / 1000;
  const axis = {
    stroke: () => colours('--soft'),
    grid: { stroke: () => colours('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
  const plot = new UPlot(
    {
      width: 300,
      height: 200,
      pxAlign: false,
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 8, 0, 0],
      scales: {
        x: { range: () => [now - 60, now] },
        y: {
          range: (_, low, high) => [Math.max(0, low - (high - low) * 0.2), high + (high - low || 1) * 0.15],
        },
      },
      axes: [
        { ...axis, size: 28, space: 90, values: (_, splits) => splits.map((at) => clockOf(at)) },
        { ...axis, size: 52, values: (_, splits) => splits.map((value) => value.toLocaleString('en')) },
      ],
      series: [
        {},
        ...lines.map(({ colour, filled }) => ({
          stroke: () => colours(colour),
          width: 1.5,
          points: { show: false },
          ...(filled && { fill: () => colours(`${colour}-fill`) }),
        })),
      ],
    },
    [[], ...lines.map(() => [])],
    root,
  );
  new ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = root;
    if (width > 0 && height > 0) plot.setSize({ width, height });
  }).observe(root);
  onTheme(() => {
    colours = readColours(root);
    plot.redraw(false);
  });
  return (minute) => {
    const times = minute.times();
    now = times.at(-1) ?? Date.now() / 1000;
    plot.setData([times, ...lines.map(({ figure }) => minute.figures(figure))]);
  };
}

/** What the theme makes of the custom properties; a canvas cannot resolve them itself. */
function readColours(root: HTMLElement): (name: string) => string {
  const probe = document.createElement('span');
  root.append(probe);
  const values = new Map<string, string>();
  for (const name of ['--accent', '--accent-fill', '--waiting', '--soft', '--line']) {
    probe.style.color = `var(${name})`;
    values.set(name, getComputedStyle(probe).color);
  }
  probe.remove();
  return (name) => values.get(name) ?? 'gray';
}

function clockOf(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB');
}
