import { Details } from './details.js';
import { create, write } from './element.js';
import type { Language } from './language.js';
import type { Recorder } from './recorder.js';
import { COLUMNS, rowView } from './row-view.js';
import type { Row } from './row.js';
import { nameOf } from './stream-name.js';
import { VirtualList } from './virtual-list.js';

/** The table of rows, and the details of the chosen one. */
export class Log {
  readonly node = create('div', 'log');
  readonly #recorder: Recorder;
  readonly #list: VirtualList<Row>;
  readonly #empty = create('p', 'empty');
  readonly #language: Language;

  constructor(recorder: Recorder, language: Language, schedule: () => void) {
    this.#recorder = recorder;
    this.#language = language;
    const details = new Details(language, () => {
      this.reset();
      this.#list.scroller.focus();
    });
    const streamName = (number: number) => {
      const stream = recorder.streams.find((stream) => stream.number === number);
      return stream ? nameOf(stream) : '';
    };
    this.#list = new VirtualList<Row>({
      items: () => recorder.shown,
      key: ({ number }) => number,
      view: () => rowView(streamName),
      choose: (row) => {
        details.show(row);
      },
      schedule,
    });
    const head = create('div', 'row columns');
    head.ariaHidden = 'true';
    for (const name of COLUMNS) {
      const cell = create('span', name);
      language.say(cell, (words) => words.columns[name]);
      head.append(cell);
    }
    language.label(this.#list.scroller, (words) => words.log);
    const table = create('div', 'table', head, this.#list.scroller, this.#empty);
    this.node.append(table, details.node);
  }

  readonly reset = (): void => {
    this.#list.reset();
  };

  paint(): void {
    const { shown, total, streams, filter } = this.#recorder;
    this.node.classList.toggle('one', filter.stream !== undefined);
    this.#empty.hidden = shown.length > 0;
    const { words } = this.#language;
    write(this.#empty, total > 0 ? words.noMatch : streams.length > 0 ? words.noRows : words.noneHint);
    this.#list.drop(this.#recorder.gone);
    this.#recorder.gone = 0;
    this.#list.paint();
  }

  end(): void {
    this.#list.end();
  }
}
