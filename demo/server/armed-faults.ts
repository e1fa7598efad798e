import { refusals, type Fault, type FaultKind } from './fault.ts';
import type { Session } from './sessions.ts';

const maxQueryFaults = 1000;

/** Arms a fault and applies it to open streams at once. */
export function strike(session: Session, fault: Fault): void {
  const streams = [...session.streams];
  if (fault.kind === 'cut' || fault.kind === 'silence') {
    for (const stream of streams) {
      if (fault.kind === 'cut') stream.cut(fault.after);
      else stream.silence(fault.after, fault.ms);
    }
    arm(session, streams.length > 0 ? { ...fault, times: fault.times - 1 } : fault);
  } else if (fault.kind === 'bad-payload' || fault.kind === 'bad-shape') {
    // The next tick of an open stream uses it.
    arm(session, fault);
  } else {
    arm(session, fault);
    for (const stream of streams) stream.cut(0);
  }
}

/** Arms the faults of a request's query, once per session. Leaves open streams alone. */
export function armOnce(session: Session, faults: readonly Fault[]): void {
  for (const fault of faults) {
    const name = JSON.stringify(fault);
    if (session.seen.has(name) || session.seen.size >= maxQueryFaults) continue;
    session.seen.add(name);
    arm(session, fault);
  }
}

/** Disarms all faults. Open streams continue normally. */
export function clear(session: Session): void {
  session.faults.clear();
  for (const stream of session.streams) stream.recover();
}

/** Uses a fault once. */
export function take(session: Session, kind: FaultKind): Fault | undefined {
  const fault = session.faults.get(kind);
  if (fault !== undefined) arm(session, { ...fault, times: fault.times - 1 });
  return fault;
}

/** The refusal that was armed first. */
export function takeRefusal(session: Session): Fault | undefined {
  const kind = [...session.faults.keys()].find((armed) => refusals.some((refusal) => refusal === armed));
  return kind && take(session, kind);
}

function arm(session: Session, fault: Fault): void {
  if (fault.times > 0) session.faults.set(fault.kind, fault);
  else session.faults.delete(fault.kind);
}
