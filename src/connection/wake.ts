import { monotonicNow } from '../clock.js';
import { deadline, type Deadline } from '../stream/time-limit.js';
import { watchPage } from './page-events.js';

/** ms without a byte after which a doubted stream is dead. */
const GRACE = 2000;

/** ms the wall clock must jump ahead of the monotonic one, which stands still during sleep. */
const SLEPT = 30_000;

/** ms between two looks at the clocks. */
const TICK = 1000;

/** ms a tick must be late in a dedicated worker, whose timers nobody throttles. */
const LATE_IN_WORKER = 5000;

const isWorker = 'DedicatedWorkerGlobalScope' in globalThis;

/**
 * Finds out whether an open stream survived a sleep: networks drop it without a word, and Chromium
 * never delivers another byte to a `fetch` that received some while its page was frozen.
 *
 * The stream is doubted after the page was frozen, came back from the back/forward cache, or slept. In
 * a dedicated worker, a late timer counts too. In a page it doesn't: timers of a hidden tab are up to
 * a minute late while its streams are healthy. With an `idleTimeout` that has passed since the last
 * byte, it's also doubted when the page is shown or the network comes back.
 *
 * @param dead - Called when no byte follows within two seconds. Never once the signal has aborted.
 * @returns Call it when bytes arrive.
 */
export function watchForDeath(
  signal: AbortSignal,
  idleTimeout: number | undefined,
  dead: () => void,
): () => void {
  let doubt: Deadline | undefined;
  let heardAt = Date.now();
  let tickedAt = monotonicNow();
  let lead = heardAt - tickedAt;

  const startDoubt = () => {
    doubt ??= deadline(GRACE, dead);
  };
  const lookAtClocks = () => {
    const now = monotonicNow();
    const jump = Date.now() - now - lead;
    const isLate = isWorker && now - tickedAt > TICK + LATE_IN_WORKER;
    tickedAt = now;
    lead += jump;
    if (isLate || jump > SLEPT) startDoubt();
  };
  const lookAtIdleTime = () => {
    lookAtClocks();
    if (idleTimeout !== undefined && Date.now() - heardAt > idleTimeout) startDoubt();
  };
  const unwatch = watchPage(lookAtIdleTime, startDoubt);
  // A computer that wakes fires no event at all. Node is left alone: servers don't sleep.
  const { document } = globalThis as Partial<typeof globalThis>;
  const timer = document || isWorker ? setInterval(lookAtClocks, TICK) : undefined;
  signal.addEventListener('abort', () => {
    clearInterval(timer);
    doubt?.cancel();
    unwatch();
  });

  return () => {
    if (idleTimeout !== undefined) heardAt = Date.now();
    doubt?.cancel();
    doubt = undefined;
  };
}
