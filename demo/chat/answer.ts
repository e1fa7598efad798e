import { create } from '../element.ts';
import { onFrame } from '../frames.ts';
import { helpPage } from '../header/site.ts';
import { say } from '../language.ts';
import { markdown } from './markdown.ts';
import type { Usage } from './completion.ts';
import { SseError } from 'ssekit';

/** One answer in the conversation, and what became of it. */
export interface Answer {
  readonly node: HTMLElement;
  readonly text: string;
  add(text: string): void;
  /** Shows the tokens it used, and the time it took, in ms. */
  finish(usage: Usage | undefined, ms: number): void;
  stop(): void;
  fail(error: unknown): void;
}

/** @param grown - Called after it has grown. */
export function answer(retry: () => void, grown: () => void): Answer {
  const body = create('div', 'markdown');
  const foot = create('div', 'foot');
  const speaker = named('h3', 'unseen', (t) => t.chatModel);
  const node = create('li', 'answer', speaker, body, foot);
  const show = markdown(body);
  let text = '';
  node.toggleAttribute('data-live', true);
  const paint = onFrame(() => {
    show(text);
    grown();
  });

  function end(...content: Node[]): void {
    node.removeAttribute('data-live');
    foot.replaceChildren(...content);
    paint();
  }
  function retryButton(): HTMLElement {
    const button = named('button', 'retry', (t) => t.chatRetry);
    button.addEventListener('click', retry);
    return button;
  }

  return {
    node,
    get text() {
      return text;
    },
    add(piece) {
      text += piece;
      paint();
    },
    finish(usage, ms) {
      const figures = (count: number) => count.toLocaleString('en');
      const seconds = (ms / 1000).toFixed(1);
      end(
        ...(usage
          ? [
              named('p', 'usage', (t) =>
                t.chatUsage(figures(usage.prompt_tokens), figures(usage.completion_tokens), seconds),
              ),
            ]
          : []),
      );
    },
    stop() {
      end(
        named('p', '', (t) => t.chatStopped),
        retryButton(),
      );
    },
    fail(error) {
      node.dataset.failed = '';
      end(
        named('p', 'failed', (t) => t.chatFailed),
        named('p', 'why', (t) => (error instanceof SseError ? t.error(error) : String(error))),
        named('p', '', (t) => t.chatNotRepeated),
        ...(error instanceof SseError ? [helpOf(error)] : []),
        retryButton(),
      );
    },
  };
}

/** A link to the entry of the errors page, or its name in the package. */
function helpOf(error: SseError): HTMLElement {
  if (helpPage(error) === undefined) return create('p', 'help', create('code', '', error.help));
  const link = named('a', '', (t) => {
    // The page has the language of the text.
    link.href = helpPage(error) ?? '';
    return t.chatHelp;
  });
  link.target = '_top';
  return create('p', 'help', link);
}

function named<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  read: Parameters<typeof say>[1],
): HTMLElementTagNameMap[K] {
  const node = create(tag, className);
  say(node, read);
  return node;
}
