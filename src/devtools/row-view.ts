import { create, write } from './element.js';
import { clock, figures, oneLine, size } from './format.js';
import type { Row } from './row.js';
import type { RowView } from './virtual-list.js';

export const COLUMNS = ['at', 'since', 'stream', 'type', 'id', 'size', 'data'] as const;

/** The most characters of its data that a row shows. */
const SHOWN = 300;

/** A row of the log. */
export function rowView(nameOf: (stream: number) => string): RowView<Row> {
  const cells = COLUMNS.map((name) => create('span', name));
  const node = create('div', 'row', ...cells);
  return {
    node,
    show(row) {
      const isEvent = row.kind === 'event';
      node.dataset.kind = row.kind;
      const texts = {
        at: clock(row.at),
        since: row.since === undefined ? '' : `+${figures(row.since)}`,
        stream: nameOf(row.stream),
        type: row.merged === undefined ? row.type : `${row.type} ×${row.merged}`,
        id: row.id,
        size: isEvent ? size(row.size) : '',
        data: oneLine(row.data.slice(0, SHOWN)),
      };
      for (const [i, name] of COLUMNS.entries()) {
        const cell = cells[i];
        if (cell) write(cell, texts[name]);
      }
    },
  };
}
