import { askBox } from './ask.ts';
import { element } from './element.ts';
import { errorPanel } from './error-panel.ts';
import { eventLog } from './event-log.ts';
import { faultPanel } from './faults.ts';
import { highlighted } from './highlight.ts';
import { lamp } from './lamp.ts';
import { metrics } from './metrics.ts';
import { settingsFrom } from './settings.ts';
import { soak } from './soak.ts';
import { themeSwitch } from './theme.ts';
import source from './type-stream.ts?raw';
import { typewriter } from './typewriter.ts';

const settings = settingsFrom(location.search);
themeSwitch();
element('source', HTMLElement).append(...highlighted(source.trimEnd()));

const log = eventLog();
const showLamp = lamp(element('lamp', HTMLElement));
const faults = faultPanel(settings.session, () => {
  scene.connect();
});
const scene = typewriter(settings, {
  log,
  errors: errorPanel(),
  state(now) {
    showLamp(now);
    faults.follow(now);
  },
});
askBox(settings, log);
metrics(settings, log);
soak(settings, log);
