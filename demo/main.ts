import { network } from './backend.ts';
import { chatSnippets } from './chat/snippets.ts';
import { codePanel } from './code-panel.ts';
import { dashboard } from './dashboard/dashboard.ts';
import { devtoolsPanel } from './devtools.ts';
import { element, part } from './element.ts';
import { errorPanel } from './error-panel.ts';
import { faultPanel } from './faults.ts';
import { header } from './header/header.ts';
import { keyboard } from './keys.ts';
import { lamp } from './lamp.ts';
import { languageSwitch, say } from './language.ts';
import { lazily } from './lazily.ts';
import { sceneSwitch } from './scenes.ts';
import { settingsFrom } from './settings.ts';
import { soak } from './soak.ts';
import type { Stream, StreamObserver } from './stream.ts';
import { tabs } from './tabs/tabs.ts';
import { themeSwitch } from './theme.ts';
import { typewriter } from './typewriter.ts';
import { sameWire } from './wire/wire.ts';
import type { SseState } from 'ssekit';

const settings = settingsFrom(location.search);
themeSwitch();
languageSwitch();
header();

// Before the first client, so that the panel misses nothing. Only a page without a server has to load
// the mock.
const [devtools, backend] = await Promise.all([
  devtoolsPanel(),
  settings.mock ? import('./mock/backend.ts').then(({ mockBackend }) => mockBackend()) : network,
]);
if (backend.isMock) say(element('colophon', HTMLElement), (t) => t.colophonMock);

const lampRoot = element('lamp', HTMLElement);
const showLamp = lamp(lampRoot);
const faults = faultPanel(backend);
const errors = errorPanel();
const code = codePanel();

/** Lamp, fault buttons and error panel follow the stream of the current scene. */
const states = new Map<Stream['scene'], SseState>();
let shown: Stream['scene'] | undefined;
function showState(): void {
  const state = shown && states.get(shown);
  // Your stream has no state before you connect.
  lampRoot.hidden = state === undefined;
  if (state) showLamp(state);
}
const observer: StreamObserver = {
  state(stream, now) {
    states.set(stream.scene, now);
    if (stream.scene === shown) showState();
    faults.follow(stream, now);
  },
  error: errors.add,
};

// `npm run demo` serves those pages too. A built page stands alone.
element('bindings', HTMLElement).hidden = import.meta.env.MODE !== 'development';

const scene = { observer, code };
const typing = typewriter(settings, backend, scene);
const wall = dashboard(settings, backend, scene);
const soaking = soak(settings, backend, scene);
const sharing = tabs(settings, backend, scene);
const wire = sameWire(settings, backend, code);
const chat = lazily(async () => {
  (await import('./chat/chat.ts')).chat(settings, backend);
}, 'chat');
code.set('chat', chatSnippets);
const own: Stream = { scene: 'yours', session: '', connect: () => undefined };
const yours = lazily(async () => {
  (await import('./your-stream/your-stream.ts')).yourStream(backend, own, { ...scene, devtools });
}, 'yours');

const scenes = sceneSwitch((name) => {
  const found = [typing, wall, sharing, soaking, own].find((each) => each.scene === name);
  shown = found?.scene;
  showState();
  // Without a stream of its own, a scene has no state to show.
  const stream = found ?? typing;
  say(part(lampRoot, 'stream'), (t) => t[stream.scene]);
  faults.aim(stream);
  errors.show(stream);
  code.show(name);
  wall.show(name === 'dashboard');
  sharing.show(name === 'tabs');
  wire.show(name === 'wire');
  if (name === 'chat') chat();
  if (name === 'yours') yours();
});

keyboard([
  {
    keys: scenes.names.map((_, index) => String(index + 1)),
    what: (t) => t.keyScenes,
    press(key) {
      scenes.show(scenes.names[Number(key) - 1] ?? '');
    },
  },
  { keys: ['c'], what: (t) => t.keyConnect, press: typing.toggle },
  { keys: ['r'], what: (t) => t.keyReconnect, press: typing.reconnect },
  {
    keys: ['d'],
    what: (t) => t.keyDevtools,
    press() {
      devtools?.open();
    },
  },
  {
    keys: ['f'],
    what: (t) => t.keyFullScreen,
    press() {
      scenes.show('dashboard');
      wall.toggleFullScreen();
    },
  },
]);
