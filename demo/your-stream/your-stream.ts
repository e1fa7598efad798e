import type { Backend } from '../backend.ts';
import { button } from '../button.ts';
import type { CodePanel } from '../code-panel.ts';
import { element, write } from '../element.ts';
import { onFrame } from '../frames.ts';
import { say } from '../language.ts';
import { observe, type Stream, type StreamObserver } from '../stream.ts';
import { visible } from '../visible.ts';
import {
  isRequest,
  readRequest,
  type Entered,
  type Field,
  type OwnRequest,
  type Problems,
} from './request.ts';
import { ownSnippet } from './snippet.ts';
import { SseClient, type SseClientOptions, type SseMessage } from 'ssekit';
import type { Devtools } from 'ssekit/devtools';

const fields = ['url', 'headers', 'body', 'transport'] as const satisfies readonly Field[];

/** Any stream, in the devtools and as code. What you enter stays in the form, never in the address. */
export function yourStream(
  backend: Backend,
  stream: Stream,
  { observer, code, devtools }: { observer: StreamObserver; code: CodePanel; devtools: Devtools | undefined },
): void {
  const form = element('yours-form', HTMLFormElement);
  const url = element('yours-url', HTMLInputElement);
  const method = element('yours-method', HTMLSelectElement);
  const headers = element('yours-headers', HTMLTextAreaElement);
  const body = element('yours-body', HTMLTextAreaElement);
  const transport = element('yours-transport', HTMLSelectElement);
  const decode = element('yours-decode', HTMLSelectElement);
  const count = element('yours-count', HTMLElement);
  const latest = element('yours-latest', HTMLElement);
  const controls = { url, headers, body, transport };
  let end: () => void = () => undefined;
  let hasOpened = false;
  let events = 0;
  let newest: SseMessage<unknown> | undefined;

  if (url.value === '') {
    url.value = `${backend.isMock ? '' : location.origin}/api/metrics?interval=500`;
  }
  const entered = (): Entered => ({
    url: url.value,
    method: method.value,
    headers: headers.value,
    body: body.value,
    transport: transport.value,
    decode: decode.value,
  });
  const read = () => readRequest(entered(), location.href);

  function show(problems: Problems): void {
    for (const field of fields) {
      const problem = problems[field];
      const note = element(`yours-${field}-problem`, HTMLElement);
      note.hidden = problem === undefined;
      say(note, problem ?? (() => ''));
      controls[field].ariaInvalid = problem ? 'true' : null;
    }
  }
  function writeCode(): void {
    const now = read();
    if (!isRequest(now)) return;
    show({});
    code.set('yours', { vanilla: ownSnippet(now) });
  }
  form.addEventListener('input', writeCode);
  writeCode();

  const close = button('yours-close', () => {
    end();
  });
  close.enable(false);
  element('yours-devtools', HTMLElement).hidden = devtools === undefined;
  button('yours-devtools', () => {
    devtools?.open();
  });
  say(count, (t) => t.yoursIdle);

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const now = read();
    if (isRequest(now)) {
      show({});
      connect(now);
      return;
    }
    show(now);
    const first = fields.find((field) => now[field]);
    if (first) controls[first].focus();
  });

  const paint = onFrame(() => {
    say(count, (t) => t.yoursCount(events.toLocaleString('en')));
    write(latest, newest ? `event: ${newest.type}   data: ${visible(newest.raw).slice(0, 300)}` : '');
  });
  function received(event: SseMessage<unknown>): void {
    events++;
    newest = event;
    paint();
  }

  function connect(request: OwnRequest): void {
    end();
    events = 0;
    newest = undefined;
    paint();
    const client = new SseClient<Record<string, unknown>>(request.url, optionsOf(request, backend));
    if (request.transport === 'native') client.onMessage(received);
    else client.onAny(received);
    const stopObserving = observe(stream, client, observer);
    const stopShowing = client.subscribe(({ status }) => {
      close.enable(status !== 'closed');
    });
    end = () => {
      client.close();
      stopObserving();
      stopShowing();
    };
    // Once: who has closed the panel wants it closed.
    if (!hasOpened) devtools?.open();
    hasOpened = true;
  }
}

function optionsOf(
  { url, method, headers, json, transport, decode }: OwnRequest,
  backend: Backend,
): SseClientOptions<Record<string, unknown>> {
  const decoding = decode === 'json' && { decode };
  if (transport === 'native') return { ...decoding, transport };
  return {
    ...decoding,
    // A page without a server answers only its own paths.
    ...(url.startsWith('/api/') && backend.options),
    transport,
    method,
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(json !== undefined && { json }),
  };
}
