import { button, create, write } from './element.js';
import { figures, size } from './format.js';
import type { Language } from './language.js';
import { maskUrl } from './mask.js';
import type { Action, Stream } from './stream.js';
import { lookOf, nameOf, statusOf } from './stream-name.js';
import type { Words } from './words.js';

const ACTIONS: readonly Action[] = ['connect', 'reconnect', 'close'];

/** The chosen stream: its URL, its state, its figures, and what you can do with it. */
export class StreamHead {
  readonly node = create('header', 'head');
  readonly #language: Language;
  readonly #method = create('span', 'method');
  readonly #path = create('span', 'path');
  readonly #query: HTMLButtonElement;
  readonly #lamp = create('span', 'lamp');
  readonly #status = create('span', 'status');
  readonly #error = create('p', 'why');
  readonly #facts = create('dl', 'facts');
  readonly #actions = new Map<Action, HTMLButtonElement>();
  #stream: Stream | undefined;
  #isRevealed = false;
  #tabs: number | undefined;

  constructor(language: Language) {
    this.#language = language;
    this.#query = button('query', () => {
      this.#isRevealed = !this.#isRevealed;
      this.paint(this.#stream);
    });
    const actions = create('div', 'actions');
    for (const name of ACTIONS) {
      const press = button('action', () => {
        this.#stream?.act(name);
      });
      language.say(press, (words) => words.actions[name]);
      this.#actions.set(name, press);
      actions.append(press);
    }
    this.#lamp.ariaHidden = 'true';
    const state = create('span', 'state', this.#lamp, this.#status);
    const title = create('h3', 'title', this.#method, this.#path);
    this.node.append(create('div', 'line', title, this.#query, state, actions), this.#error, this.#facts);
  }

  paint(stream: Stream | undefined): void {
    if (stream !== this.#stream) {
      this.#isRevealed = false;
      this.#tabs = undefined;
    }
    this.#stream = stream;
    this.node.hidden = stream === undefined;
    if (!stream) return;
    const { words } = this.#language;
    const { secret } = maskUrl(stream.url);
    write(this.#method, stream.method);
    write(this.#path, nameOf(stream));
    this.#query.hidden = !secret;
    write(this.#query, this.#isRevealed ? secret : `${secret.slice(0, 1)}•••`);
    const label = this.#isRevealed ? words.hide : words.reveal;
    this.#query.title = label;
    this.#query.ariaLabel = this.#isRevealed ? `${secret} ${label}` : label;
    this.#query.ariaPressed = String(this.#isRevealed);
    this.#lamp.dataset.look = lookOf(stream);
    write(this.#status, statusOf(stream, words));
    const { error } = stream.state;
    this.#error.hidden = !error;
    write(this.#error, error ? `${error.code}: ${error.message}` : '');
    const possible = stream.actions;
    for (const [name, press] of this.#actions) {
      // `connect` takes the place of the other two.
      press.hidden = !possible.includes(name);
    }
    this.#paintFacts(factsOf(stream, words, this.#tabs));
  }

  /** How many tabs share it, which is only known later. */
  set tabs(count: number | undefined) {
    this.#tabs = count;
  }

  #paintFacts(facts: readonly (readonly [string, string])[]): void {
    for (const [i, [name, text]] of facts.entries()) {
      const known = this.#facts.children[i] ?? create('div', '', create('dt'), create('dd'));
      if (!known.parentNode) this.#facts.append(known);
      const [term, value] = known.children;
      if (term) write(term, name);
      if (value) write(value, text);
    }
    while (this.#facts.children.length > facts.length) this.#facts.lastElementChild?.remove();
  }
}

function factsOf(stream: Stream, words: Words, tabs: number | undefined): [string, string][] {
  const { facts } = words;
  const { kind, state, attempts, events, bytes, lastEventId, shared, components } = stream;
  const part = shared && (shared.leads ? words.leader : words.follower);
  const all: [string, string | number | undefined][] = [
    [facts.transport, `${state.transport ?? '–'} · ${kind}`],
    [facts.events, figures(events)],
    [facts.bytes, size(bytes)],
    [facts.attempts, figures(attempts)],
    [facts.failures, state.failures || undefined],
    [facts.id, lastEventId || undefined],
    [facts.part, part],
    [facts.tabs, shared && tabs],
    [facts.components, components],
  ];
  return all.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
}
