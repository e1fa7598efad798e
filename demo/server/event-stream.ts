import { take } from './armed-faults.ts';
import type { StreamResponse } from './gate.ts';
import { sendStreamHeaders } from './stream-headers.ts';

export interface Step {
  /** One event in wire format. */
  readonly block: string;
  /** The next event follows immediately. */
  readonly more?: boolean;
}

export interface Pace {
  /** Milliseconds between events. 0 sends as fast as the client reads. */
  readonly interval: number;
  /**
   * Milliseconds between the comments that keep proxies from closing the connection. 0 sends none.
   */
  readonly heartbeat: number;
  /** The value of the `retry:` field. */
  readonly retry?: string;
}

/** How many events are written at once at interval 0 before other connections get their turn. */
const batchSize = 64;

/** Answers with an event stream. All timers end with the connection, however it ends. */
export function streamEvents(res: StreamResponse, steps: Iterator<Step>, pace: Pace): void {
  if (res.destroyed) return; // the client left while its request was read
  sendStreamHeaders(res);
  if (res.req.method === 'HEAD') {
    res.end();
    return;
  }

  let soon: NodeJS.Immediate | undefined;
  let later: NodeJS.Timeout | undefined;
  let waking: NodeJS.Timeout | undefined;
  let halted = false;
  let silent = false;
  /** Events to send before the fault. */
  let cutIn = Infinity;
  let silenceIn = Infinity;
  let silenceMs: number | undefined;

  function schedule(ms: number): void {
    clearImmediate(soon);
    clearTimeout(later);
    if (ms === 0) soon = setImmediate(sendNext);
    else later = setTimeout(sendNext, ms);
  }

  function scheduleNext(): void {
    schedule(pace.interval);
  }

  function sendNext(): void {
    for (let sent = 0; sent < batchSize; sent++) {
      if (halted || silent) return;
      const step = steps.next();
      if (step.done === true) {
        halt();
        res.end();
        return;
      }
      const flowing = res.write(step.value.block);
      countDown();
      if (!flowing) {
        // A client that doesn't read must not fill the memory, at any pace.
        res.once('drain', scheduleNext);
        return;
      }
      if (pace.interval > 0 && step.value.more !== true) break;
    }
    scheduleNext();
  }

  function countDown(): void {
    cutIn--;
    silenceIn--;
    if (silenceIn === 0) beSilent();
    if (cutIn === 0) cutWhenFlushed();
  }

  function cutNow(): void {
    halt();
    res.destroy();
  }

  /**
   * The events before the cut must arrive, so the socket is destroyed once the kernel has taken
   * them.
   */
  function cutWhenFlushed(): void {
    halt();
    res.write(': cut\n\n', () => {
      res.destroy();
    });
  }

  function beSilent(): void {
    silent = true;
    if (silenceMs !== undefined) waking = setTimeout(speak, silenceMs);
  }

  function speak(): void {
    clearTimeout(waking);
    silent = false;
    silenceIn = Infinity;
    if (!res.writableNeedDrain) schedule(0);
  }

  function halt(): void {
    halted = true;
    clearImmediate(soon);
    clearTimeout(later);
    clearTimeout(waking);
    clearInterval(beating);
    res.off('drain', scheduleNext);
  }

  const stream = {
    cut(after: number) {
      if (after === 0) cutNow();
      else cutIn = after;
    },
    silence(after: number, ms: number | undefined) {
      clearTimeout(waking);
      silenceMs = ms;
      silenceIn = after;
      if (after === 0) beSilent();
    },
    recover() {
      cutIn = Infinity;
      silenceIn = Infinity;
      if (silent && !halted) speak();
    },
  };
  const { session } = res.locals;
  session.streams.add(stream);
  res.once('close', () => {
    session.streams.delete(stream);
    halt();
  });

  const beating =
    pace.heartbeat === 0
      ? undefined
      : setInterval(() => {
          if (!silent && !res.writableNeedDrain) res.write(': hb\n\n');
        }, pace.heartbeat);
  if (pace.retry !== undefined) res.write(`retry: ${pace.retry}\n\n`);
  schedule(0);

  const silence = take(session, 'silence');
  if (silence !== undefined) stream.silence(silence.after, silence.ms);
  const cut = take(session, 'cut');
  if (cut?.after === 0) cutWhenFlushed();
  else if (cut !== undefined) stream.cut(cut.after);
}
