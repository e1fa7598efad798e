import { StrictMode, useEffect, useRef } from 'react';
import { createRoot } from 'react-dom/client';
import { useSse, useSseEvent, useSseValue } from 'ssekit/react';
import type { Metrics } from '../server/readings.ts';

interface Replay {
  lol: string; // one character
  done: string; // the number of characters
}

const session = new URLSearchParams(location.search).get('session') ?? Math.random().toString(36).slice(2);
const replay = `/api/sse?interval=60&session=${session}`;
const metrics = `/api/metrics?interval=100&session=${session}-metrics`;

function Lamp({ status }: { status: string }) {
  return (
    <span className="lamp small" data-status={status} role="status">
      <span className="light" aria-hidden="true" />
      <span data-part="word">{status}</span>
    </span>
  );
}

function Typewriter() {
  const { client, status } = useSse<Replay>(replay);
  const text = useSseValue(client, 'lol', (text, event) => text + event.data, '');
  useSseEvent(client, 'done', () => client?.close());
  const paper = useRef<HTMLDivElement>(null);
  useEffect(() => {
    paper.current?.scrollTo({ top: paper.current.scrollHeight });
  }, [text]);
  return (
    <section className="card typewriter" aria-labelledby="typewriter">
      <header className="card-head">
        <h2 id="typewriter">
          Typewriter{' '}
          <span lang="zh" className="zh">
            打字机
          </span>
        </h2>
        <Lamp status={status} />
      </header>
      <div className="paper" role="region" aria-label="Typed text" tabIndex={0} ref={paper}>
        <div className="typed" lang="zh" data-live={status === 'open' ? '' : undefined}>
          {text}
        </div>
      </div>
      <Characters />
    </section>
  );
}

/** The same URL again, so the same connection. */
function Characters() {
  const { client } = useSse<Replay>(replay);
  const count = useSseValue(client, 'lol', (count) => count + 1, 0);
  return <p className="note">{count} characters</p>;
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
  const { status } = useSse<{ message: Metrics }>(metrics, { decode: 'json' });
  return (
    <section className="card metrics" aria-labelledby="dashboard">
      <header className="card-head">
        <h2 id="dashboard">
          Live values{' '}
          <span lang="zh" className="zh">
            实时数据
          </span>
        </h2>
        <Lamp status={status} />
      </header>
      <dl className="tiles">
        <Live name="QPS" read={(tick) => tick.qps.toFixed(0)} />
        <Live name="Online" read={(tick) => String(tick.online)} />
      </dl>
    </section>
  );
}

// Before any client is made. The condition is a constant, so a build leaves the panel out.
if (import.meta.env.MODE === 'development') (await import('ssekit/devtools')).mountDevtools();

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Typewriter />
      <Dashboard />
    </StrictMode>,
  );
}
