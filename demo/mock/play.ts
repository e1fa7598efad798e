import type { MockExchange } from 'ssekit/testing';
import { take } from '../server/armed-faults.ts';
import type { Step } from '../server/event-stream.ts';
import type { Session } from '../server/sessions.ts';

/**
 * Sends steps at the given pace and applies the session's faults, as demo/server/event-stream.ts
 * does.
 */
export function play(
  exchange: MockExchange,
  session: Session,
  steps: Iterator<Step>,
  interval: number,
): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let cutIn = Infinity;
  let silenceIn = Infinity;
  const stream = {
    cut(after: number) {
      cutIn = after;
      if (after === 0) cutNow();
    },
    silence(after: number) {
      silenceIn = after;
    },
    recover() {
      cutIn = silenceIn = Infinity;
    },
  };
  session.streams.add(stream);
  session.open++;
  exchange.open();
  const armed = take(session, 'silence');
  if (armed) stream.silence(armed.after);
  const cut = take(session, 'cut');
  if (cut) cutIn = Math.max(1, cut.after);
  next();

  function leave(): void {
    clearTimeout(timer);
    if (session.streams.delete(stream)) session.open--;
  }

  function cutNow(): void {
    leave();
    exchange.cut();
  }

  function next(): void {
    if (exchange.isAborted) {
      leave();
      return;
    }
    timer = setTimeout(next, interval);
    if (silenceIn <= 0) return;
    for (;;) {
      const step = steps.next();
      if (step.done === true) {
        leave();
        exchange.end();
        return;
      }
      exchange.send(step.value.block);
      silenceIn--;
      if (--cutIn === 0) {
        cutNow();
        return;
      }
      if (step.value.more !== true) return;
    }
  }
}

/** Sends the chunks unchanged, one by one, and ends. */
export function playChunks(exchange: MockExchange, chunks: readonly Uint8Array[]): void {
  exchange.open();
  const [first, ...rest] = chunks;
  setTimeout(() => {
    if (first) {
      exchange.send(first);
      playChunks(exchange, rest);
    } else exchange.end();
  }, 60);
}
