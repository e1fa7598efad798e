/** For TypeDoc: calls each entry by the name that you import. */
import { Converter } from 'typedoc';

export function load({ converter }) {
  converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const entry of project.children ?? [])
      entry.name = entry.name === 'index' ? 'ssekit' : `ssekit/${entry.name}`;
  });
}
