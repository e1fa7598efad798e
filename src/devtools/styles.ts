import { LOG_STYLES } from './log-styles.js';

/** The style sheet of the panel. Its shadow root keeps it in, and the page's out. */
export const STYLES = `
:host {
  all: initial;
  color-scheme: light dark;
  position: fixed;
  inset: auto 0 0 auto;
  z-index: 2147483000;
  font: 12px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'PingFang SC', 'Noto Sans SC', 'Microsoft YaHei', sans-serif;
  color: var(--ink);
  --mono: ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, 'DejaVu Sans Mono', 'PingFang SC', 'Noto Sans SC', monospace;
  --page: light-dark(#ffffff, #14181e);
  --well: light-dark(#f6f7f9, #0f1216);
  --ink: light-dark(#12161d, #e9ecf1);
  --soft: light-dark(#545d6b, #a3acb9);
  --line: light-dark(#e2e5eb, #272d36);
  --line-strong: light-dark(#868f9e, #6d7785);
  --accent: light-dark(#2b4acb, #9db0ff);
  --wash: light-dark(#e9edfc, #1f2740);
  --bar: light-dark(#5b74dc, #7f95f5);
  --open: light-dark(#0f6b39, #62d693);
  --reconnecting: light-dark(#8a5200, #f1b756);
  --connecting: light-dark(#8a5200, #f1b756);
  --none: transparent;
  --closed: light-dark(#868f9e, #6d7785);
  --failed: light-dark(#b3261e, #ff9c92);
}
:host([data-theme='light']) { color-scheme: light; }
:host([data-theme='dark']) { color-scheme: dark; }
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
h2, h3, p, ul, dl, dd, pre, figure { margin: 0; padding: 0; }
ul { list-style: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; border-radius: 4px; }

button, input { font: inherit; color: inherit; }
button {
  padding: 2px 9px;
  min-height: 24px;
  border: 1px solid var(--line);
  border-radius: 6px;
  background: var(--page);
  cursor: pointer;
  white-space: nowrap;
}
button:hover { border-color: var(--line-strong); }
button.quiet { border-color: transparent; background: none; color: var(--soft); }
button.quiet:hover { background: var(--wash); color: var(--accent); }
button.icon { padding: 0; width: 26px; height: 26px; display: grid; place-items: center; flex: none; }
button.icon svg { width: 14px; height: 14px; }
svg path { fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; }

.lamp { width: 8px; height: 8px; border-radius: 50%; flex: none; background: var(--closed); }
.lamp[data-look='open'] { background: var(--open); }
.lamp[data-look='connecting'], .lamp[data-look='reconnecting'] { background: var(--reconnecting); animation: pulse 1.4s ease-in-out infinite; }
.lamp[data-look='failed'] { background: var(--failed); border-radius: 2px; }
@keyframes pulse { 50% { opacity: 0.35; } }
@media (prefers-reduced-motion: reduce) { .lamp { animation: none !important; } }

.launcher {
  position: fixed;
  right: 16px;
  bottom: 16px;
  display: flex;
  align-items: center;
  gap: 8px;
  padding: 0 8px 0 12px;
  height: 34px;
  border-radius: 17px;
  border-color: var(--line);
  font-weight: 600;
  letter-spacing: 0.02em;
  box-shadow: 0 1px 2px #0002, 0 6px 20px #0003;
}
.badge { min-width: 20px; padding: 0 6px; border-radius: 10px; background: var(--wash); color: var(--accent); font-variant-numeric: tabular-nums; text-align: center; }

.panel {
  position: fixed;
  container: panel / inline-size;
  display: grid;
  grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
  background: var(--page);
  box-shadow: 0 -1px 0 var(--line), 0 -10px 40px #0002;
}
.panel[data-dock='bottom'] { inset: auto 0 0 0; height: var(--size); max-height: calc(100vh - 32px); }
.panel[data-dock='right'] { inset: 0 0 0 auto; width: var(--size); max-width: 100vw; box-shadow: -1px 0 0 var(--line), -10px 0 40px #0002; }
.grip { position: absolute; z-index: 2; touch-action: none; }
.grip:hover, .grip:focus-visible { background: var(--accent); opacity: 0.55; outline: none; border-radius: 0; }
[data-dock='bottom'] > .grip { inset: -3px 0 auto 0; height: 6px; cursor: ns-resize; }
[data-dock='right'] > .grip { inset: 0 auto 0 -3px; width: 6px; cursor: ew-resize; }
[data-dock='right'] .dock svg { rotate: 90deg; }

.bar { display: flex; align-items: center; gap: 8px; padding: 0 6px 0 14px; height: 36px; border-bottom: 1px solid var(--line); background: var(--well); }
.brand { font-size: 13px; font-weight: 700; letter-spacing: -0.01em; }
.summary { flex: 1; color: var(--soft); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }

.body { display: grid; grid-template: minmax(0, 1fr) / 248px minmax(0, 1fr); min-height: 0; }
.streams { overflow: auto; border-right: 1px solid var(--line); background: var(--well); padding: 6px; }
.stream { display: grid; grid-template: auto auto / 8px minmax(0, 1fr); column-gap: 9px; width: 100%; padding: 5px 9px; border-color: transparent; background: none; text-align: left; align-items: center; }
.stream:hover { background: var(--wash); border-color: transparent; }
.stream[aria-current] { background: var(--wash); border-color: transparent; }
.stream[aria-current] .name { color: var(--accent); }
.stream .name { font-weight: 600; overflow: hidden; text-overflow: ellipsis; }
.stream .note { grid-column: 2; color: var(--soft); font-size: 11px; overflow: hidden; text-overflow: ellipsis; font-variant-numeric: tabular-nums; }
li:first-child .lamp { visibility: hidden; }

.view { display: flex; flex-direction: column; min-width: 0; min-height: 0; }
.head { padding: 9px 14px 0; }
.line { display: flex; align-items: center; gap: 4px 8px; flex-wrap: wrap; }
.head .title { display: flex; align-items: baseline; gap: 7px; font-size: 13px; font-weight: 600; min-width: 0; }
.method { color: var(--accent); font-size: 11px; font-weight: 700; letter-spacing: 0.03em; }
.path { overflow-wrap: anywhere; }
.query { padding: 0 6px; min-height: 20px; border-style: dashed; color: var(--soft); font-family: var(--mono); font-size: 11px; white-space: normal; overflow-wrap: anywhere; text-align: left; }
.state { display: inline-flex; align-items: center; gap: 6px; margin-left: 4px; color: var(--soft); font-variant-numeric: tabular-nums; }
.actions { display: flex; gap: 6px; margin-left: auto; }
.action { font-weight: 600; }
.why { margin-top: 3px; color: var(--failed); overflow-wrap: anywhere; }
.head .facts { display: flex; flex-wrap: wrap; gap: 2px 22px; margin-top: 6px; }
.head .facts div { display: flex; gap: 6px; min-width: 0; }
dt { color: var(--soft); }
dd { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }

.timeline { position: relative; margin: 8px 14px 0; }
.timeline canvas { display: block; width: 100%; height: 36px; border-radius: 4px; background: var(--well); }
.peak { position: absolute; left: 6px; top: 3px; font-size: 10px; color: var(--soft); font-variant-numeric: tabular-nums; }
.scale { display: flex; justify-content: space-between; font-size: 10px; color: var(--soft); }

@container panel (width < 640px) {
  .body { grid-template: auto minmax(0, 1fr) / minmax(0, 1fr); }
  .streams { border-right: 0; border-bottom: 1px solid var(--line); padding: 4px 6px; }
  .streams ul { display: flex; gap: 4px; width: max-content; }
  .stream { width: 190px; }
  .timeline { margin-top: 6px; }
  .head { padding: 7px 10px 0; }
  .actions { margin-left: 0; }
}
${LOG_STYLES}`;
