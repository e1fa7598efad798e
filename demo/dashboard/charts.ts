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
  let data: UPlot.AlignedData = [[], ...lines.map(() => [])];
  let scale = textScale();
  let plot = make();

  /** The chart scales with the text around it, which is three times as large on a wall screen. */
  function make(): UPlot {
    const axis = {
      stroke: () => colours('--soft'),
      grid: { stroke: () => colours('--line'), width: scale },
      ticks: { show: false },
      font: `${12 * scale}px system-ui, sans-serif`,
    };
    const times = { ...axis, size: 28 * scale, space: 90 * scale };
    const figures = { ...axis, size: 52 * scale, space: 30 * scale };
    return new UPlot(
      {
        width: 300,
        height: 200,
        pxAlign: false,
        legend: { show: false },
        cursor: { show: false },
        // The right padding leaves room for half of a time label.
        padding: [8 * scale, 28 * scale, 0, 0],
        scales: {
          x: { range: () => [now - 60, now] },
          y: {
            range: (_, low, high) => [Math.max(0, low - (high - low) * 0.2), high + (high - low || 1) * 0.15],
          },
        },
        axes: [
          { ...times, values: (_, splits) => splits.map((at) => clockOf(at)) },
          { ...figures, values: (_, splits) => splits.map((value) => value.toLocaleString('en')) },
        ],
        series: [
          {},
          ...lines.map(({ colour, filled }) => ({
            stroke: () => colours(colour),
            width: 1.5 * scale,
            points: { show: false },
            ...(filled && { fill: () => colours(`${colour}-fill`) }),
          })),
        ],
      },
      data,
      root,
    );
  }

  new ResizeObserver(() => {
    if (scale !== textScale()) {
      plot.destroy();
      scale = textScale();
      plot = make();
    }
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
    data = [times, ...lines.map(({ figure }) => minute.figures(figure))];
    plot.setData(data);
  };
}

/** How much larger the text is than usual. */
function textScale(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
}

/** The theme's values of the custom properties. A canvas can't resolve them itself. */
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
