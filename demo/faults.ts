import type { Backend } from './backend.ts';
import { button } from './button.ts';
import type { Dictionary } from './dictionary.ts';
import { create, element } from './element.ts';
import { say } from './language.ts';
import type { Stream } from './stream.ts';
import { heal, strike } from './strike.ts';
import type { SseState } from 'ssekit';

interface Fault {
  readonly kind: string;
  readonly name: (t: Dictionary) => string;
  readonly what: (t: Dictionary) => string;
  /** `answer`: affects the next request. `stream`: affects the open stream. */
  readonly hits: 'answer' | 'stream';
  readonly numbers?: Readonly<Record<string, number>>;
}

/** For faults that don't pass by themselves. */
const lasting = { times: 1000 };

const faults: readonly Fault[] = [
  {
    kind: 'unavailable',
    name: (t) => t.fault503,
    what: (t) => t.fault503What,
    hits: 'answer',
    numbers: { times: 3, retryAfter: 2 },
  },
  {
    kind: 'unauthorized',
    name: (t) => t.fault401,
    what: (t) => t.fault401What,
    hits: 'answer',
    numbers: lasting,
  },
  {
    kind: 'content-type',
    name: (t) => t.faultHtml,
    what: (t) => t.faultHtmlWhat,
    hits: 'answer',
    numbers: lasting,
  },
  {
    kind: 'no-content',
    name: (t) => t.fault204,
    what: (t) => t.fault204What,
    hits: 'answer',
    numbers: lasting,
  },
  { kind: 'cut', name: (t) => t.faultCut, what: (t) => t.faultCutWhat, hits: 'stream' },
  { kind: 'silence', name: (t) => t.faultSilence, what: (t) => t.faultSilenceWhat, hits: 'stream' },
  {
    kind: 'slow-open',
    name: (t) => t.faultSlow,
    what: (t) => t.faultSlowWhat,
    hits: 'answer',
    numbers: { ms: 4000 },
  },
  {
    kind: 'reset',
    name: (t) => t.faultReset,
    what: (t) => t.faultResetWhat,
    hits: 'answer',
    numbers: { times: 3 },
  },
];

export interface FaultPanel {
  /** Sets the stream that the buttons affect. */
  aim(stream: Stream): void;
  /** Disarms faults that have happened. */
  follow(stream: Stream, state: SseState): void;
}

interface Target {
  readonly armed: Set<Fault>;
  before: SseState['status'];
  transport: SseState['transport'];
}

/** Shows a button for each fault. */
export function faultPanel(backend: Backend): FaultPanel {
  const list = element('faults', HTMLUListElement);
  const note = element('fault-note', HTMLElement);
  const buttons = new Map<Fault, HTMLButtonElement>();
  const targets = new Map<Stream['scene'], Target>();
  let aimed: Stream | undefined;
  /** The fault that the note is about. */
  let noted: Fault | undefined;

  const targetOf = ({ scene }: Stream): Target => {
    const target = targets.get(scene) ?? { armed: new Set<Fault>(), before: 'closed', transport: undefined };
    targets.set(scene, target);
    return target;
  };

  const healing = button('heal', () => {
    if (!aimed) return;
    const { armed } = targetOf(aimed);
    armed.clear();
    show();
    void heal(backend, aimed.session).then((problem) => {
      noted = undefined;
      say(note, problem ?? ((t) => t.healed));
    });
  });

  for (const fault of faults) {
    const name = create('strong', '');
    const what = create('span', 'what');
    what.id = `fault-${fault.kind}`;
    say(name, fault.name);
    say(what, fault.what);
    const node = create('button', '', name);
    node.type = 'button';
    node.setAttribute('aria-describedby', what.id);
    node.addEventListener('click', () => {
      if (aimed) void arm(aimed, fault);
    });
    buttons.set(fault, node);
    list.append(create('li', '', node, what));
  }
  show();

  async function arm(stream: Stream, fault: Fault): Promise<void> {
    const target = targetOf(stream);
    const { armed } = target;
    armed.add(fault);
    show();
    const problem = await strike(backend, stream.session, { kind: fault.kind, ...fault.numbers });
    // The lamp shows what the client knows, and native doesn't know of this.
    const isUnseen = fault.kind === 'silence' && target.transport === 'native';
    say(
      note,
      problem ?? ((t) => (isUnseen ? `${t.armed(fault.name(t))} ${t.unseen}` : t.armed(fault.name(t)))),
    );
    noted = problem ? undefined : fault;
    if (problem) armed.clear();
    // The fault needs a connection to hit.
    else stream.connect();
    show();
  }

  function show(): void {
    const armed = aimed && targetOf(aimed).armed;
    for (const [fault, node] of buttons) node.toggleAttribute('data-armed', armed?.has(fault) ?? false);
    healing.enable((armed?.size ?? 0) > 0);
  }

  return {
    aim(stream) {
      aimed = stream;
      show();
      say(note, () => '');
    },
    follow(stream, { status, transport }) {
      const target = targetOf(stream);
      target.transport = transport;
      if (status === target.before) return;
      const wasLost = target.before === 'reconnecting';
      target.before = status;
      for (const fault of target.armed) {
        // A response that opened the stream has passed every refusal. A silence has happened only
        // once the stream has been lost again.
        const isMet =
          status === 'open'
            ? fault.kind !== 'silence' || wasLost
            : status === 'closed' && fault.hits === 'stream';
        if (!isMet) continue;
        target.armed.delete(fault);
        if (fault !== noted || stream !== aimed) continue;
        noted = undefined;
        say(note, (t) => t.faultOver(fault.name(t)));
      }
      show();
    },
  };
}
