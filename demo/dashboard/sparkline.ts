const svg = 'http://www.w3.org/2000/svg';
const width = 60;
const height = 20;
/** How many values a sparkline shows. */
export const sparklineLength = width + 1;

export interface Sparkline {
  readonly node: SVGSVGElement;
  readonly show: (values: Float64Array) => void;
}

/**
 * Draws the newest values as a line, scaled to what's visible. The current figure is next to it as
 * text.
 */
export function sparkline(): Sparkline {
  const node = document.createElementNS(svg, 'svg');
  node.setAttribute('class', 'sparkline');
  node.setAttribute('viewBox', `0 0 ${width} ${height}`);
  node.setAttribute('preserveAspectRatio', 'none');
  node.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(svg, 'polyline');
  node.append(line);
  return {
    node,
    show(values) {
      line.setAttribute('points', points(values));
    },
  };
}

function points(values: Float64Array): string {
  const low = Math.min(...values);
  const range = Math.max(...values) - low || 1;
  const first = width + 1 - values.length;
  return Array.from(
    values,
    (value, index) => `${first + index},${(height - ((value - low) / range) * height).toFixed(2)}`,
  ).join(' ');
}
