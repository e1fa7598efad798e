import { button } from './button.ts';
import { create, element, write } from './element.ts';
import type { SseState } from 'ssekit';

interface Fault {
  readonly kind: string;
  readonly name: string;
  readonly zh: string;
  readonly what: string;
  /** `answer`: it is met by the next request. `stream`: it strikes the stream that is open. */
  readonly hits: 'answer' | 'stream';
  readonly numbers?: Readonly<Record<string, number>>;
}

/** For faults that do not pass by themselves. */
const lasting = { times: 1000 };

const faults: readonly Fault[] = [
  {
    kind: 'unavailable',
    name: '503',
    zh: '部署中',
    what: 'A deploy: the stream is cut, three attempts get 503 with Retry-After: 2, then the text goes on.',
    hits: 'answer',
    numbers: { times: 3, retryAfter: 2 },
  },
  {
    kind: 'unauthorized',
    name: '401',
    zh: '未授权',
    what: 'Not authorized, until healed. Final: knocking again would not help.',
    hits: 'answer',
    numbers: lasting,
  },
  {
    kind: 'content-type',
    name: 'HTML',
    zh: '登录页',
    what: 'A login page in place of the stream, as from a captive portal, until healed. Final.',
    hits: 'answer',
    numbers: lasting,
  },
  {
    kind: 'no-content',
    name: '204',
    zh: '到此为止',
    what: 'No Content, a server’s way to say stay away, until healed. Final.',
    hits: 'answer',
    numbers: lasting,
  },
  {
    kind: 'cut',
    name: 'Cut',
    zh: '断线',
    what: 'The socket is destroyed. The client comes back, and no character is lost.',
    hits: 'stream',
  },
  {
    kind: 'silence',
    name: 'Silence',
    zh: '静默',
    what: 'The stream stays open, but nothing arrives. Native waits until you heal it; fetch notices after 5 s.',
    hits: 'stream',
  },
  {
    kind: 'slow-open',
    name: 'Slow open',
    zh: '慢',
    what: 'The stream is cut, and the next answer begins four seconds late.',
    hits: 'answer',
    numbers: { ms: 4000 },
  },
  {
    kind: 'reset',
    name: 'Reset',
    zh: '重置',
    what: 'The stream is cut, and three attempts are reset before any answer.',
    hits: 'answer',
    numbers: { times: 3 },
  },
];

export interface FaultPanel {
  /** Takes faults that have been met off the armed ones. */
  follow(state: SseState): void;
}

/** A button for each fault. `meet` makes sure that there is a stream to be struck. */
export function faultPanel(session: string, meet: () => void): FaultPanel {
  const list = element('faults', HTMLUListElement);
  const note = element('fault-note', HTMLElement);
  const api = (query = '') => `/api/faults${query}`;
  const buttons = new Map<Fault, HTMLButtonElement>();
  let before: SseState['status'] = 'closed';

  const heal = button('heal', () => {
    disarm(() => true);
    void tell(
      fetch(api(`?session=${encodeURIComponent(session)}`), { method: 'DELETE' }),
      'Healed: the next attempt goes through.',
    );
  });
  heal.enable(false);

  for (const fault of faults) {
    const node = create('button', '', fault.name);
    const chinese = create('span', 'zh', fault.zh);
    chinese.lang = 'zh';
    node.append(' ', chinese);
    node.type = 'button';
    const what = create('p', '', fault.what);
    what.id = `fault-${fault.kind}`;
    node.setAttribute('aria-describedby', what.id);
    node.addEventListener('click', () => {
      strike(fault);
    });
    buttons.set(fault, node);
    list.append(create('li', '', node, what));
  }

  function strike(fault: Fault): void {
    buttons.get(fault)?.setAttribute('data-armed', '');
    heal.enable(true);
    const request = fetch(api(), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ session, kind: fault.kind, ...fault.numbers }),
    });
    void tell(request, `Armed: ${fault.name}.`, meet);
  }

  async function tell(request: Promise<Response>, success: string, then?: () => void): Promise<void> {
    try {
      const { ok, status } = await request;
      write(note, ok ? success : `The mock server answered ${status}.`);
      if (ok) then?.();
      else disarm(() => true);
    } catch {
      write(note, 'The mock server cannot be reached.');
      disarm(() => true);
    }
  }

  function disarm(met: (fault: Fault) => boolean): void {
    for (const [fault, node] of buttons) if (met(fault)) node.removeAttribute('data-armed');
    heal.enable([...buttons.values()].some((node) => node.hasAttribute('data-armed')));
  }

  return {
    follow({ status }) {
      if (status === before) return;
      const wasLost = before === 'reconnecting';
      before = status;
      // An answer that opened the stream has got past every refusal. A silence is met only when it has been lost again.
      if (status === 'open') disarm(({ kind }) => kind !== 'silence' || wasLost);
      if (status === 'closed') disarm(({ hits }) => hits === 'stream');
    },
  };
}
