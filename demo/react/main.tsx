import { StrictMode, useEffect, useRef, useSyncExternalStore } from 'react';
import { createRoot } from 'react-dom/client';
import { useSse, useSseEvent, useSseValue } from 'ssekit/react';
import { language, languageSwitch, onLanguage, texts } from '../language.ts';
import { themeSwitch } from '../theme.ts';
import type { Metrics } from '../server/readings.ts';
import type { SseState } from 'ssekit';

interface Replay {
  lol: string; // one character
  done: string; // the number of characters
}

const session = new URLSearchParams(location.search).get('session') ?? Math.random().toString(36).slice(2);
const replay = () => `/api/sse?interval=60&session=${session}&lang=${language()}`;
const metrics = `/api/metrics?interval=100&session=${session}-metrics`;

/** The texts of the demo's page, in its language. */
const useTexts = () => useSyncExternalStore(onLanguage, texts);

function Lamp({ status }: { status: SseState['status'] }) {
  const t = useTexts();
  return (
    <span className="lamp small" data-status={status} role="status">
      <span className="light" aria-hidden="true" />
      <span data-part="word">{t[status]}</span>
    </span>
  );
}

function Typewriter() {
  const t = useTexts();
  const { client, status } = useSse<Replay>(replay());
  const text = useSseValue(client, 'lol', (text, event) => text + event.data, '');
  useSseEvent(client, 'done', () => client?.close());
  const paper = useRef<HTMLDivElement>(null);
  useEffect(() => {
    paper.current?.scrollTo({ top: paper.current.scrollHeight });
  }, [text]);
  return (
    <section className="card typewriter" aria-labelledby="typewriter">
      <header className="card-head">
        <h2 id="typewriter">{t.typewriter}</h2>
        <Lamp status={status} />
      </header>
      <div className="paper" role="region" aria-label={t.typedText} tabIndex={0} ref={paper}>
        <div className="typed" lang={language()} data-live={status === 'open' ? '' : undefined}>
          {text}
        </div>
      </div>
      <Characters />
    </section>
  );
}

/** The same URL again, so the same connection. */
function Characters() {
  const t = useTexts();
  const { client } = useSse<Replay>(replay());
  const count = useSseValue(client, 'lol', (count) => count + 1, 0);
  return <p className="note">{t.characters(count)}</p>;
}

/** Ten events a second, four renders. */
function Live({ name, read }: { name: string; read: (tick: Metrics) => string }) {
  const { client } = useSse<{ message: Metrics }>(metrics, { decode: 'json' });
  const figure = useSseValue(client, 'message', (_, event) => read(event.data), '–', { throttle: 250 });
  return (
    <div className="tile">
      <dt>{name}</dt>
      <dd>
        <span className="figure">{figure}</span>
      </dd>
    </div>
  );
}

function Dashboard() {
  const t = useTexts();
  const { status } = useSse<{ message: Metrics }>(metrics, { decode: 'json' });
  return (
    <section className="card metrics" aria-labelledby="dashboard">
      <header className="card-head">
        <h2 id="dashboard">{t.liveValues}</h2>
        <Lamp status={status} />
      </header>
      <dl className="tiles">
        <Live name={t.qps} read={(tick) => tick.qps.toFixed(0)} />
        <Live name={t.online} read={(tick) => String(tick.online)} />
      </dl>
    </section>
  );
}

// Before any client is made. The condition is a constant, so a build leaves the panel out.
if (import.meta.env.MODE === 'development') (await import('ssekit/devtools')).mountDevtools();

function Page() {
  useTexts();
  return (
    <>
      {/* Another language is another text, so a new component. */}
      <Typewriter key={language()} />
      <Dashboard />
    </>
  );
}

themeSwitch();
languageSwitch();
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  );
}
