import { create } from './element.js';
import type { Recorder } from './recorder.js';
import type { Row } from './row.js';
import { nameOf } from './stream-name.js';

/** The rows as a line of JSON each, without a query of a URL and without a value of a header. */
export function exported({ shown, streams }: Pick<Recorder, 'shown' | 'streams'>): string {
  const names = new Map(streams.map((stream) => [stream.number, nameOf(stream)]));
  return shown.map((row) => `${JSON.stringify(line(row, names.get(row.stream)))}\n`).join('');
}

function line({ at, kind, type, id, data, size, facts, merged }: Row, stream: string | undefined): object {
  return { time: new Date(at).toISOString(), stream, kind, type, id, size, data, facts, merged };
}

/** Saves the rows that are shown as a file. */
export function exportRows(recorder: Recorder): void {
  const url = URL.createObjectURL(new Blob([exported(recorder)], { type: 'application/jsonl' }));
  const link = create('a');
  link.href = url;
  link.download = 'ssekit-events.jsonl';
  link.click();
  // The browser reads the URL only after the click.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 10_000);
}
