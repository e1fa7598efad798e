import { SseClient } from 'ssekit';
import { parse } from 'valibot';
import type { Backend } from '../backend.ts';
import type { CodePanel } from '../code-panel.ts';
import { element } from '../element.ts';
import { onFrame } from '../frames.ts';
import { smallLamp } from '../lamp.ts';
import { onLanguage } from '../language.ts';
import type { Settings } from '../settings.ts';
import { dashboardSnippets } from '../snippets.ts';
import { observe, type Stream, type StreamObserver } from '../stream.ts';
import { Alarms } from './alarms.ts';
import { badPayload } from './bad-payload.ts';
import { lazily } from '../lazily.ts';
import { Alarm, Deploy, Snapshot, Tick } from './events.ts';
import { fullScreen } from './full-screen.ts';
import { Minute } from './minute.ts';
import { Meter, rateSelect } from './rate.ts';
import { tiles } from './tiles.ts';

export interface Dashboard extends Stream {
  toggleFullScreen(): void;
  /** Whether the scene is visible. */
  show(shown: boolean): void;
}

/** Milliseconds between two updates of the figures. Nobody can read faster changes. */
const paintInterval = 100;

/**
 * The dashboard scene: thousands of ticks a second go into ring buffers. The visible part is
 * painted ten times a second.
 */
export function dashboard(
  { metricsInterval, session: page }: Settings,
  backend: Backend,
  { observer, code }: { observer: StreamObserver; code: CodePanel },
): Dashboard {
  const session = `${page}-metrics`;
  const rate = rateSelect(metricsInterval, () => {
    client.reconnect();
  });
  const url = () => `/api/metrics?${new URLSearchParams({ session, ...strings(rate()), heartbeat: '2000' })}`;
  const client = new SseClient(url, {
    idleTimeout: 5000,
    schemas: { message: Tick, alarm: Alarm, deploy: Deploy },
    autoConnect: false,
    ...backend.options,
  });
  code.set('dashboard', dashboardSnippets);

  const minute = new Minute();
  const meter = new Meter();
  const alarms = new Alarms();
  const showTiles = tiles();
  let drawCharts: ((minute: Minute) => void) | undefined;
  const loadCharts = lazily(async () => {
    drawCharts = (await import('./charts.ts')).charts();
    stale = true;
  });
  const showBadPayload = badPayload(backend, session);
  const toggleFullScreen = fullScreen(wall());
  let latest: Tick | undefined;
  let shown = false;
  let visited = false;
  let stale = false;
  let painted = 0;

  client.onMessage((event) => {
    latest = event.data;
    minute.add(event.data, Date.now());
    meter.tick();
    stale = true;
  });
  client.on('alarm', (event) => {
    raise(event.data);
  });
  client.on('deploy', (event) => {
    release(event.data);
  });
  function raise(alarm: Alarm): void {
    alarms.add({ level: alarm.level, time: alarm.time, text: (t) => t.alarmText(alarm) });
    stale = true;
  }
  function release({ version, time }: Deploy): void {
    alarms.add({ level: 'deploy', time, text: (t) => t.deployed(version) });
    stale = true;
  }

  /** Fills the charts and the list with the last minute. Without it, they fill as ticks arrive. */
  async function prefill(): Promise<void> {
    const answer = await backend.fetch(`/api/metrics/snapshot?${new URLSearchParams({ session })}`);
    const past = parse(Snapshot, await answer.json());
    // The server's clock may differ from ours.
    const ahead = Date.now() - (past.at(-1)?.tick.time ?? 0);
    for (const { tick, alarm, deploy } of past) {
      latest = tick;
      minute.add(tick, tick.time + ahead);
      if (alarm) raise(alarm);
      if (deploy) release(deploy);
    }
    stale = true;
  }
  client.onError(showBadPayload);

  const next = onFrame(() => {
    const now = performance.now();
    meter.frame(shown ? now : undefined);
    if (stale && now - painted >= paintInterval) paint(now);
    if (shown) next();
  });
  function paint(now: number): void {
    painted = now;
    stale = false;
    if (latest) showTiles(latest, minute);
    loadCharts();
    drawCharts?.(minute);
    alarms.paint();
  }
  onLanguage(() => {
    alarms.paint();
  });

  const stream: Dashboard = {
    scene: 'dashboard',
    session,
    connect() {
      client.connect();
    },
    toggleFullScreen,
    show(isShown) {
      shown = isShown;
      if (shown && !visited) {
        visited = true;
        void prefill()
          .catch(() => undefined)
          .finally(() => {
            client.connect();
          });
      }
      next();
    },
  };
  client.subscribe(smallLamp(element('metrics-lamp', HTMLElement)));
  observe(stream, client, observer);
  return stream;
}

function wall(): HTMLElement {
  const found = element('dashboard-scene', HTMLElement).querySelector('.wall');
  if (found instanceof HTMLElement) return found;
  throw new Error('index.html has no wall');
}

function strings(numbers: object): Record<string, string> {
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)]));
}
