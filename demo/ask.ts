import { answerStream } from './answer-stream.ts';
import { button } from './button.ts';
import { element, write } from './element.ts';
import { followEnd } from './follow.ts';
import { typedText } from './typed-text.ts';
import { SseError } from 'ssekit';
import type { EventLog } from './event-log.ts';
import type { Settings } from './settings.ts';

/** The ask box: one POST, its answer typed as it arrives, and a button that stops it. */
export function askBox({ session, chatInterval }: Settings, log: EventLog): void {
  const prompt = element('prompt', HTMLInputElement);
  const answer = element('answer', HTMLElement);
  const note = element('ask-note', HTMLElement);
  const text = typedText(answer);
  const follow = followEnd(element('answer-paper', HTMLElement));
  const url = `/api/chat?${new URLSearchParams({ session: `${session}-ask`, interval: String(chatInterval) })}`;

  let asking = new AbortController();
  const stop = button('stop', () => {
    asking.abort();
  });
  stop.enable(false);

  element('ask', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    asking.abort();
    asking = new AbortController();
    void ask(prompt.value, asking.signal);
  });

  async function ask(question: string, signal: AbortSignal): Promise<void> {
    text.clear();
    stop.enable(true);
    answer.toggleAttribute('data-live', true);
    write(note, 'Answering.');
    let outcome = 'Answered.';
    try {
      for await (const piece of answerStream(url, question, signal, (event) => {
        log.event(event);
      })) {
        for (const character of piece) text.append(character);
        follow();
      }
    } catch (error) {
      outcome = signal.aborted ? 'Stopped: the request has ended here and at the server.' : reason(error);
    }
    // A newer question has taken the place of this one.
    if (signal !== asking.signal) return;
    write(note, outcome);
    stop.enable(false);
    answer.toggleAttribute('data-live', false);
  }
}

function reason(error: unknown): string {
  return error instanceof SseError ? `${error.code}: ${error.message}` : String(error);
}
