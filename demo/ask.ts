import { answerStream } from './answer-stream.ts';
import type { Backend } from './backend.ts';
import { button } from './button.ts';
import type { Dictionary } from './dictionary.ts';
import { element } from './element.ts';
import { followEnd } from './follow.ts';
import type { Inspector } from './inspector/inspector.ts';
import { onLanguage, say, texts } from './language.ts';
import { typedText } from './typed-text.ts';
import { SseError } from 'ssekit';
import type { Settings } from './settings.ts';

/** The ask box: sends one POST, types the answer as it arrives, and has a button that stops it. */
export function askBox({ session, chatInterval }: Settings, backend: Backend, inspector: Inspector): void {
  const prompt = element('prompt', HTMLInputElement);
  const answer = element('answer', HTMLElement);
  const note = element('ask-note', HTMLElement);
  const text = typedText(answer);
  const follow = followEnd(element('answer-paper', HTMLElement));
  const tap = inspector.tap('typewriter', 'ask');
  const url = `/api/chat?${new URLSearchParams({ session: `${session}-ask`, interval: String(chatInterval) })}`;

  say(note, (t) => t.askOnce);
  let suggested = '';
  onLanguage(() => {
    if (prompt.value === suggested) prompt.value = suggested = texts().question;
  });

  let request = new AbortController();
  const stop = button('stop', () => {
    request.abort();
  });
  stop.enable(false);

  element('ask', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    request.abort();
    request = new AbortController();
    void ask(prompt.value, request.signal);
  });

  async function ask(question: string, signal: AbortSignal): Promise<void> {
    text.clear();
    stop.enable(true);
    answer.toggleAttribute('data-live', true);
    say(note, (t) => t.answering);
    let outcome = (t: Dictionary) => t.answered;
    try {
      for await (const piece of answerStream(url, question, { signal, ...backend.options })) {
        tap.event(piece.event, piece.text);
        for (const character of piece.text) text.append(character);
        follow();
      }
    } catch (error) {
      outcome = (t) => (signal.aborted ? t.stopped : reason(t, error));
    }
    // Ignore this request once a newer question has replaced it.
    if (signal !== request.signal) return;
    say(note, outcome);
    stop.enable(false);
    answer.toggleAttribute('data-live', false);
  }
}

function reason(t: Dictionary, error: unknown): string {
  return error instanceof SseError ? t.error(error) : String(error);
}
