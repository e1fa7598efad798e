import type { Backend } from '../backend.ts';
import { button } from '../button.ts';
import { element, part, write } from '../element.ts';
import { say } from '../language.ts';
import { strike } from '../strike.ts';
import type { SseError } from 'ssekit';

/**
 * Buttons that send a tick with invalid JSON or with the wrong shape. Shows the client's error
 * while the figures keep coming.
 */
export function badPayload(backend: Backend, session: string): (error: SseError) => void {
  const note = element('payload-note', HTMLElement);
  const facts = element('payload-error', HTMLDListElement);
  say(note, (t) => t.payloadChecked);
  for (const kind of ['bad-payload', 'bad-shape']) {
    button(kind, () => {
      void strike(backend, session, { kind }).then((problem) => {
        say(note, problem ?? ((t) => t.payloadComing));
      });
    });
  }
  return ({ code, event, raw, issues }) => {
    if (code !== 'decode') return;
    facts.hidden = false;
    say(note, (t) => t.payloadRefused);
    write(part(facts, 'code'), code);
    write(part(facts, 'event'), event ?? '');
    write(part(facts, 'raw'), raw ?? '');
    write(part(facts, 'issues'), issues?.map(messageOf).join('\n') ?? '–');
  };
}

/** The part of an issue that Standard Schema guarantees: a message and a path. */
function messageOf(issue: unknown): string {
  const { message, path = [] } = issue as {
    message: string;
    path?: readonly (PropertyKey | { key: PropertyKey })[];
  };
  const keys = path.map((step) => String(typeof step === 'object' ? step.key : step));
  return `${keys.join('.')}: ${message}`;
}
