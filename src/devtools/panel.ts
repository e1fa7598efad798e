import { Dock } from './dock.js';
import { button, create, icon, write } from './element.js';
import { Language } from './language.js';
import { Log } from './log.js';
import { recall, remember, type Preferences } from './preferences.js';
import type { Recorder } from './recorder.js';
import { countTabs } from './shared-tabs.js';
import { StreamHead } from './stream-head.js';
import { StreamList } from './stream-list.js';
import { worstOf } from './stream-name.js';
import type { Stream } from './stream.js';
import { STYLES } from './styles.js';
import { Timeline } from './timeline.js';
import { Toolbar } from './toolbar.js';

/** In ms: between two paints with new rows, and between two of what changes with the time. */
const PAINT = 100;
const TICK = 250;

/** The button and the panel, in a shadow root of their own. */
export class Panel {
  readonly host = create('ssekit-devtools' as 'div');
  readonly language = new Language();
  readonly #recorder: Recorder;
  readonly #preferences: Preferences;
  readonly #panel = create('section', 'panel');
  readonly #launcher: HTMLButtonElement;
  readonly #launcherCount = create('span', 'badge');
  readonly #lamp = create('span', 'lamp');
  readonly #summary = create('span', 'summary');
  readonly #dock: Dock;
  readonly #list: StreamList;
  readonly #head: StreamHead;
  readonly #timeline: Timeline;
  readonly #toolbar: Toolbar;
  readonly #log: Log;
  readonly #controller = new AbortController();
  #chosen: Stream | undefined;
  #frame = 0;
  #painted = -Infinity;
  #ticked = -Infinity;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(recorder: Recorder, initial: Partial<Pick<Preferences, 'dock' | 'isOpen'>>) {
    this.#recorder = recorder;
    this.#preferences = { dock: 'bottom', bottom: 440, right: 520, isOpen: false, ...initial, ...recall() };
    const { language } = this;
    const schedule = this.#schedule;
    this.#lamp.ariaHidden = 'true';
    this.#launcher = button(
      'launcher',
      this.open,
      this.#lamp,
      create('span', '', 'SSE'),
      this.#launcherCount,
    );
    this.#dock = new Dock(this.#panel, this.#preferences, language, this.#remember);
    this.#list = new StreamList(language, this.#choose);
    this.#head = new StreamHead(language);
    this.#timeline = new Timeline(language);
    this.#log = new Log(recorder, language, schedule);
    this.#toolbar = new Toolbar(recorder, language, this.#log.reset);
    this.#build();
    const { signal } = this.#controller;
    addEventListener(
      'resize',
      () => {
        this.#dock.show();
        schedule();
      },
      { signal },
    );
    language.onChange(this.#say);
    this.#say();
    this.#timer = setInterval(() => {
      if (this.#preferences.isOpen) schedule();
      else this.#paintLauncher();
    }, TICK);
    recorder.onChange = () => {
      if (this.#preferences.isOpen) schedule();
    };
    this.#show();
  }

  readonly open = (): void => {
    this.#preferences.isOpen = true;
    this.#show();
    this.#remember();
    // What gets the focus must be there now, and not in the next frame.
    this.#list.paint(this.#recorder.streams, this.#chosen);
    this.#list.node.querySelector<HTMLElement>('[aria-current]')?.focus();
  };

  readonly close = (): void => {
    const hadFocus = this.#panel.contains(this.host.shadowRoot?.activeElement ?? null);
    this.#preferences.isOpen = false;
    this.#show();
    this.#remember();
    if (hadFocus) this.#launcher.focus();
  };

  unmount(): void {
    clearInterval(this.#timer);
    cancelAnimationFrame(this.#frame);
    this.#controller.abort();
    this.#log.end();
    this.language.end();
    this.#recorder.onChange = () => undefined;
    this.host.remove();
  }

  #build(): void {
    const { language } = this;
    const sayDock = () => {
      const { dock: side } = this.#preferences;
      language.label(dock, (words) => (side === 'bottom' ? words.dockRight : words.dockBottom));
    };
    const turn = () => {
      this.#dock.toggle();
      sayDock();
    };
    const dock = button('quiet icon dock', turn, icon('M2 3h12v10H2zM9.5 3v10'));
    sayDock();
    const close = button('quiet icon', this.close, icon('M4 4l8 8M12 4l-8 8'));
    language.label(close, (words) => words.close);
    const name = create('h2', 'brand', 'ssekit');
    const bar = create('header', 'bar', name, this.#summary, dock, close);
    const view = create(
      'div',
      'view',
      this.#head.node,
      this.#timeline.node,
      this.#toolbar.node,
      this.#log.node,
    );
    this.#panel.append(this.#dock.grip, bar, create('div', 'body', this.#list.node, view));
    this.#panel.role = 'region';
    language.label(this.#panel, (words) => words.name);
    this.#panel.addEventListener('keydown', this.#pressed);
    const root = this.host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    root.adoptedStyleSheets = [sheet];
    root.append(this.#launcher, this.#panel);
  }

  readonly #say = (): void => {
    this.host.lang = this.language.tag;
    this.#paintLauncher();
    this.#schedule();
  };

  readonly #remember = (): void => {
    remember(this.#preferences);
    this.#schedule();
  };

  #show(): void {
    const { isOpen } = this.#preferences;
    this.#panel.hidden = !isOpen;
    this.#launcher.hidden = isOpen;
    this.#dock.show();
    this.#paintLauncher();
    this.#schedule();
  }

  readonly #choose = (stream: Stream | undefined): void => {
    this.#chosen = stream;
    this.#recorder.filter = { ...this.#recorder.filter, stream: stream?.number };
    this.#log.reset();
    this.#ticked = -Infinity;
    void this.#countTabs(stream);
  };

  /** Locks are only counted when you choose the stream, and each second while you look at it. */
  async #countTabs(stream: Stream | undefined): Promise<void> {
    if (!stream?.shared) return;
    const count = await countTabs(stream.shared.name);
    if (stream === this.#chosen) this.#head.tabs = count;
  }

  /** Keys without a modifier work unless you type. */
  readonly #pressed = (event: KeyboardEvent): void => {
    const isTyping = event.target instanceof HTMLInputElement && event.target.type === 'search';
    // So the page's own shortcuts don't run, too.
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && !isTyping) this.close();
    else if (isTyping) return;
    else if (event.key === '/') this.#toolbar.focusSearch();
    else if (event.key === 'p') this.#toolbar.togglePause();
    else return;
    event.preventDefault();
  };

  readonly #schedule = (): void => {
    this.#frame ||= requestAnimationFrame(this.#paint);
  };

  readonly #paint = (now: number): void => {
    this.#frame = 0;
    if (!this.#preferences.isOpen) return;
    // You can't read faster than this, so painting more often would only cost time.
    if (now - this.#painted < PAINT) {
      this.#schedule();
      return;
    }
    this.#painted = now;
    const { streams } = this.#recorder;
    if (this.#chosen && !streams.includes(this.#chosen)) this.#choose(undefined);
    this.#toolbar.paint();
    this.#log.paint();
    if (now - this.#ticked < TICK) return;
    this.#ticked = now;
    this.#list.paint(streams, this.#chosen);
    this.#head.paint(this.#chosen);
    this.#timeline.paint(this.#chosen);
    write(this.#summary, this.#describe());
    void this.#countTabs(this.#chosen);
  };

  #paintLauncher(): void {
    const { streams } = this.#recorder;
    const open = streams.filter(({ state }) => state.status !== 'closed');
    this.#lamp.dataset.look = worstOf(streams);
    write(this.#launcherCount, String(open.length));
    const label = `${this.language.words.open}: ${this.#describe()}`;
    if (this.#launcher.ariaLabel !== label) this.#launcher.ariaLabel = label;
  }

  /** How many streams there are, by status. */
  #describe(): string {
    const { words } = this.language;
    const counts = new Map<string, number>();
    for (const { state } of this.#recorder.streams) {
      const text = words.statuses[state.status];
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    return [...counts].map(([text, count]) => `${count} ${text}`).join(' · ') || words.none;
  }
}
