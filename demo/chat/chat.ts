import type { Backend } from '../backend.ts';
import { button } from '../button.ts';
import type { Dictionary } from '../dictionary.ts';
import { create, element } from '../element.ts';
import { followEnd } from '../follow.ts';
import { onLanguage, say, texts } from '../language.ts';
import type { Settings } from '../settings.ts';
import { strike } from '../strike.ts';
import { answer, type Answer } from './answer.ts';
import { completion, type Message, type Usage } from './completion.ts';

/** How many chunks arrive before the connection breaks: somewhere in the middle of the list. */
const chunksBeforeBreak = 90;

const starters = [
  { text: (t: Dictionary) => t.chatStarterWhy, breaks: false },
  { text: (t: Dictionary) => t.chatStarterCut, breaks: true },
];

/** One question and its answer. */
interface Turn {
  readonly question: string;
  answer: Answer;
}

/** The chat: every question is one POST with the whole conversation. */
export function chat({ session: page, chatInterval }: Settings, backend: Backend): void {
  const session = `${page}-chat`;
  const url = `/api/chat?${new URLSearchParams({ session, interval: String(chatInterval) })}`;
  const input = element('chat-question', HTMLInputElement);
  const note = element('chat-note', HTMLElement);
  const log = element('chat-log', HTMLOListElement);
  const empty = element('chat-empty', HTMLElement);
  const breaker = element('chat-break', HTMLButtonElement);
  const follow = followEnd(element('chat-paper', HTMLElement));
  const turns: Turn[] = [];
  let request = new AbortController();
  let isAnswering = false;
  let willBreak = false;

  const stop = button('chat-stop', () => {
    request.abort();
  });
  const clear = button('chat-new', () => {
    request.abort();
    turns.length = 0;
    log.replaceChildren();
    show();
    say(note, () => '');
    input.focus();
  });
  button('chat-break', () => {
    if (isAnswering) void cut(0);
    else {
      willBreak = !willBreak;
      show();
      say(note, (t) => (willBreak ? t.chatWillBreak : ''));
    }
  });
  for (const { text, breaks } of starters) {
    const start = create('button', '');
    start.type = 'button';
    say(start, text);
    start.addEventListener('click', () => {
      willBreak ||= breaks;
      ask(text(texts()));
      input.focus();
    });
    element('chat-starters', HTMLElement).append(start);
  }
  element('chat-form', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    ask(input.value);
    input.value = '';
  });
  onLanguage(() => {
    input.placeholder = texts().chatQuestion;
  });
  show();

  function show(): void {
    empty.hidden = turns.length > 0;
    stop.enable(isAnswering);
    clear.enable(turns.length > 0);
    breaker.ariaPressed = String(willBreak);
  }

  async function cut(after: number): Promise<void> {
    const problem = await strike(backend, session, { kind: 'cut', after });
    if (problem) say(note, problem);
  }

  function ask(question: string): void {
    const turn: Turn = {
      question,
      answer: newAnswer(() => {
        again(turn);
      }),
    };
    turns.push(turn);
    const speaker = create('h3', 'unseen');
    say(speaker, (t) => t.chatYou);
    log.append(create('li', 'question', speaker, create('p', '', question)), turn.answer.node);
    void run(turn);
  }

  /** Asks for a new answer in the place of one that wasn't finished, and forgets what came after it. */
  function again(turn: Turn): void {
    for (const { answer: later } of turns.splice(turns.indexOf(turn) + 1)) {
      later.node.previousSibling?.remove();
      later.node.remove();
    }
    const broken = turn.answer.node;
    turn.answer = newAnswer(() => {
      again(turn);
    });
    broken.replaceWith(turn.answer.node);
    input.focus();
    void run(turn);
  }

  function newAnswer(retry: () => void): Answer {
    return answer(retry, follow);
  }

  /** What the server gets: it remembers nothing. */
  function messagesUpTo(turn: Turn): Message[] {
    return turns.slice(0, turns.indexOf(turn) + 1).flatMap((each): Message[] => {
      const question: Message = { role: 'user', content: each.question };
      return each === turn ? [question] : [question, { role: 'assistant', content: each.answer.text }];
    });
  }

  async function run(turn: Turn): Promise<void> {
    request.abort();
    request = new AbortController();
    const { signal } = request;
    const { answer } = turn;
    const start = performance.now();
    let usage: Usage | undefined;
    isAnswering = true;
    say(note, (t) => t.chatAnswering);
    if (willBreak) await cut(chunksBeforeBreak);
    willBreak = false;
    show();
    follow();
    let outcome = (t: Dictionary) => t.chatAnswered;
    try {
      const init = { signal, fetch: backend.fetch };
      for await (const { data } of completion(url, messagesUpTo(turn), init)) {
        answer.add(data.choices[0]?.delta.content ?? '');
        usage = data.usage ?? usage;
      }
      answer.finish(usage, performance.now() - start);
    } catch (error) {
      if (signal.aborted) {
        outcome = (t) => t.chatStopped;
        answer.stop();
      } else {
        outcome = (t) => t.chatFailed;
        answer.fail(error);
      }
    }
    // Another question has taken its place.
    if (signal !== request.signal) return;
    isAnswering = false;
    show();
    say(note, turns.length > 0 ? outcome : () => '');
  }
}
