import type { Backend } from '../backend.ts';
import { button } from '../button.ts';
import type { CodePanel } from '../code-panel.ts';
import type { Dictionary } from '../dictionary.ts';
import { create, element } from '../element.ts';
import { say } from '../language.ts';
import type { Settings } from '../settings.ts';
import { visible } from '../visible.ts';
import { visibleBytes } from './bytes.ts';
import { wireCases, type WireCase, type WireEvent } from './cases.ts';
import naiveSource from './naive-reader.ts?raw';
import { readers } from './readers.ts';

const titles = {
  split: [(t: Dictionary) => t.caseSplit, (t: Dictionary) => t.caseSplitAbout],
  lines: [(t: Dictionary) => t.caseLines, (t: Dictionary) => t.caseLinesAbout],
  endings: [(t: Dictionary) => t.caseEndings, (t: Dictionary) => t.caseEndingsAbout],
  comments: [(t: Dictionary) => t.caseComments, (t: Dictionary) => t.caseCommentsAbout],
  names: [(t: Dictionary) => t.caseNames, (t: Dictionary) => t.caseNamesAbout],
  tail: [(t: Dictionary) => t.caseTail, (t: Dictionary) => t.caseTailAbout],
  deploy: [(t: Dictionary) => t.caseDeploy, (t: Dictionary) => t.caseDeployAbout],
} as const;

/** The readers, and what has happened when one of them ends without an event. */
const columns = [
  { name: 'native', title: (t: Dictionary) => t.nativeReader, nothing: (t: Dictionary) => t.nativeNothing },
  { name: 'ssekit', title: (t: Dictionary) => t.ssekitReader, nothing: (t: Dictionary) => t.nothingRead },
  { name: 'naive', title: (t: Dictionary) => t.naiveReader, nothing: (t: Dictionary) => t.naiveNothing },
] as const;

/** The same in ssekit. */
const ssekitSource = `import { fetchSse } from 'ssekit';

export async function reader(url: string, show: (data: string) => void) {
  for await (const event of fetchSse(url)) show(event.data);
}`;

type Verdict = 'reading' | 'right' | 'wrong' | 'needsServer';

export interface SameWire {
  show(shown: boolean): void;
}

/** The same bytes, read by the browser, by ssekit and by the reader that everybody writes first. */
export function sameWire({ session }: Settings, backend: Backend, code: CodePanel): SameWire {
  const select = element('wire-case', HTMLSelectElement);
  const about = element('wire-case-about', HTMLElement);
  const bytes = element('wire-bytes', HTMLOListElement);
  const meant = resultColumn((t) => t.wireExpected);
  const results = columns.map(({ name, title, nothing }) => ({ name, column: resultColumn(title, nothing) }));
  element('wire-readers', HTMLElement).append(
    meant.node,
    ...results.map(({ name, column }) => {
      column.node.dataset.reader = name;
      return column.node;
    }),
  );
  code.set('wire', { vanilla: `${naiveSource.trimEnd()}\n\n${ssekitSource}` });

  for (const { name } of wireCases) {
    const option = new Option('', name);
    say(option, titles[name][0]);
    select.add(option);
  }
  let run = 0;

  function send(): void {
    run++;
    const chosen = wireCases[select.selectedIndex];
    if (!chosen) return;
    say(about, titles[chosen.name][1]);
    const chunks = chosen.chunks.map(chunkItem);
    bytes.replaceChildren(...(chosen.refusal ? [...heads(chosen.refusal.head), ...chunks] : chunks));
    meant.clear();
    for (const event of chosen.meant) meant.add(event);
    for (const { name, column } of results) void read(chosen, name, column, run);
  }

  async function read(
    chosen: WireCase,
    name: keyof typeof readers,
    column: ResultColumn,
    started: number,
  ): Promise<void> {
    column.clear();
    if (backend.isMock && name === 'native') {
      column.judge('needsServer');
      return;
    }
    column.judge('reading');
    const query = new URLSearchParams({
      // Its own session, so that each reader meets the fault.
      session: `${session}-${name}-${run}`,
      ...(chosen.refusal && { fault: chosen.refusal.fault }),
    });
    const seen: WireEvent[] = [];
    const names = chosen.meant.map(({ type }) => type);
    try {
      await readers[name](
        `/api/wire/${chosen.name}?${query}`,
        (event) => {
          if (started !== run) return;
          seen.push(event);
          column.add(event);
        },
        { backend, names },
      );
    } finally {
      if (started === run) column.judge(isSame(seen, chosen.meant) ? 'right' : 'wrong');
    }
  }

  select.addEventListener('change', send);
  button('wire-run', send);
  return {
    show(shown) {
      if (shown && run === 0) send();
    },
  };
}

function isSame(seen: readonly WireEvent[], meant: readonly WireEvent[]): boolean {
  return JSON.stringify(seen) === JSON.stringify(meant);
}

interface ResultColumn {
  readonly node: HTMLElement;
  clear(): void;
  add(event: WireEvent): void;
  judge(verdict: Verdict): void;
}

/** @param nothing - What to say at the end if there was no event. */
function resultColumn(title: (t: Dictionary) => string, nothing?: (t: Dictionary) => string): ResultColumn {
  const heading = create('h3', '');
  say(heading, title);
  const verdict = create('p', 'verdict');
  const list = create('ol', '');
  const empty = create('p', 'empty');
  if (nothing) say(empty, nothing);
  empty.hidden = true;
  return {
    node: create('div', 'reader', heading, verdict, list, empty),
    clear() {
      list.replaceChildren();
    },
    add({ type, data }) {
      list.append(create('li', '', create('span', 'type', type), create('span', 'data', visible(data))));
    },
    judge(is) {
      empty.hidden = is !== 'wrong' || list.hasChildNodes();
      verdict.dataset.verdict = is;
      say(verdict, (t) => t[is]);
    },
  };
}

/** The heads of two responses: the refusal's, and that of the stream. */
function heads(refusal: string): HTMLElement[] {
  return [refusal, 'HTTP/1.1 200 OK\nContent-Type: text/event-stream'].map((head, index) =>
    bytesItem((t) => t.response(index + 1), head),
  );
}

function chunkItem(chunk: Uint8Array, index: number): HTMLElement {
  const text = visibleBytes(chunk).map(({ text, kind }) =>
    kind === 'text' ? text : create('b', kind, text),
  );
  return bytesItem((t) => t.chunk(index + 1), ...text);
}

function bytesItem(name: (t: Dictionary) => string, ...text: (Node | string)[]): HTMLElement {
  const label = create('span', 'chunk');
  say(label, name);
  return create('li', '', label, create('code', '', ...text));
}
