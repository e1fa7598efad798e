/**
 * Draws the curves of a storm as an SVG that works on white and on black. Two line charts don't
 * need a library.
 */
import type { Results } from './results.ts';

const SECONDS = 120;
const WIDTH = 760;
const LEFT = 64;
const PLOT = WIDTH - LEFT - 16;
const HEIGHT = 220;
const TOPS = { arrivals: 40, back: 340 } as const;
/** The logarithmic axis of arrivals: from 100 to 10 million per second. */
const [LOWEST, HIGHEST] = [2, 7];

/** Each policy has its own colour and dashes. */
const styles = [
  ['#767676', '2 3'],
  ['#b35900', '6 3'],
  ['#c2185b', '1 4'],
  ['#2e7d32', '8 3 2 3'],
  ['#0b63c5', ''],
  ['#7b3fc4', '10 4'],
  ['#00838f', '4 2'],
] as const;

const x = (second: number) => LEFT + (second / SECONDS) * PLOT;
const yOfArrivals = (count: number) => {
  const power = Math.min(Math.max(Math.log10(Math.max(count, 1)), LOWEST), HIGHEST);
  return TOPS.arrivals + HEIGHT * (1 - (power - LOWEST) / (HIGHEST - LOWEST));
};
const yOfBack = (part: number) => TOPS.back + HEIGHT * (1 - part);

export function picture({ outcomes, accepts }: Pick<Results, 'outcomes' | 'accepts'>): string {
  const lines = outcomes.flatMap(({ arrivals, back }, i) => [
    line(
      arrivals.slice(0, SECONDS).map((count, s) => [x(s + 0.5), yOfArrivals(count)] as const),
      i,
    ),
    line(
      back.slice(0, SECONDS).map((part, s) => [x(s + 1), yOfBack(part)] as const),
      i,
    ),
  ]);
  const limit = yOfArrivals(accepts);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} 664" font-family="system-ui, sans-serif" font-size="12" role="img" aria-labelledby="title">
<title id="title">A million clients dropped at once: arrivals in each second, and the part that is back</title>
<style>
  svg { background: #fff; color: #1f2328 }
  text { fill: currentColor }
  .grid { stroke: currentColor; stroke-opacity: .15 }
  .limit { stroke: #d1242f }
  .curve { fill: none; stroke-width: 2; stroke-linejoin: round }
</style>
<rect width="${WIDTH}" height="664" fill="#fff"/>
<text x="${LEFT}" y="24" font-weight="600">Arrivals in each second</text>
${grid(
  TOPS.arrivals,
  ['100', '1 k', '10 k', '100 k', '1 M', '10 M'].map((label, i) => [label, yOfArrivals(10 ** (LOWEST + i))]),
)}
<line class="limit" x1="${LEFT}" x2="${LEFT + PLOT}" y1="${limit.toFixed(1)}" y2="${limit.toFixed(1)}"/>
<text x="${LEFT + PLOT}" y="${(limit - 5).toFixed(1)}" text-anchor="end" style="fill:#d1242f">what the server accepts</text>
<text x="${LEFT}" y="324" font-weight="600">Clients that are back</text>
${grid(
  TOPS.back,
  [0, 0.25, 0.5, 0.75, 1].map((part) => [`${part * 100} %`, yOfBack(part)]),
)}
${lines.join('\n')}
${outcomes.map(({ name }, i) => legend(name, i)).join('\n')}
</svg>
`;
}

function line(points: readonly (readonly [number, number])[], i: number): string {
  const [colour, dashes] = styles[i % styles.length] ?? styles[0];
  const path = points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ');
  return `<polyline class="curve" points="${path}" stroke="${colour}" stroke-dasharray="${dashes}"/>`;
}

function grid(top: number, marks: readonly (readonly [string, number])[]): string {
  const rows = marks.map(
    ([label, y]) =>
      `<line class="grid" x1="${LEFT}" x2="${LEFT + PLOT}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}"/>` +
      `<text x="${LEFT - 8}" y="${(y + 4).toFixed(1)}" text-anchor="end">${label}</text>`,
  );
  const columns = [0, 20, 40, 60, 80, 100, 120].map(
    (second) =>
      `<text x="${x(second).toFixed(1)}" y="${top + HEIGHT + 18}" text-anchor="middle">${second} s</text>`,
  );
  return [...rows, ...columns].join('\n');
}

function legend(name: string, i: number): string {
  const [colour, dashes] = styles[i % styles.length] ?? styles[0];
  const left = LEFT + (i % 3) * 230;
  const top = 602 + Math.floor(i / 3) * 22;
  return (
    `<line class="curve" x1="${left}" x2="${left + 34}" y1="${top}" y2="${top}" stroke="${colour}" stroke-dasharray="${dashes}"/>` +
    `<text x="${left + 42}" y="${top + 4}">${name}</text>`
  );
}
