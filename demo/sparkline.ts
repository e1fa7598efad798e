const svg = 'http://www.w3.org/2000/svg';
const width = 60;
const height = 20;

export interface Sparkline {
  readonly node: SVGSVGElement;
  add(value: number): void;
}

/** The last sixty values as a line, scaled to what is in view. A drawing of figures that stand beside it as text. */
export function sparkline(): Sparkline {
  const node = document.createElementNS(svg, 'svg');
  node.setAttribute('class', 'sparkline');
  node.setAttribute('viewBox', `0 0 ${width} ${height}`);
  node.setAttribute('preserveAspectRatio', 'none');
  node.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(svg, 'polyline');
  node.append(line);

  const values: number[] = [];
  return {
    node,
    add(value) {
      values.push(value);
      if (values.length > width + 1) values.shift();
      line.setAttribute('points', points(values));
    },
  };
}

function points(values: readonly number[]): string {
  const low = Math.min(...values);
  const range = Math.max(...values) - low || 1;
  const first = width + 1 - values.length;
  return values
    .map((value, index) => `${first + index},${height - ((value - low) / range) * height}`)
    .join(' ');
}
