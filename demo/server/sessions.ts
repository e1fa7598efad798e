import { BadRequest } from './bad-request.ts';
import type { Fault, FaultKind } from './fault.ts';

/** What a fault can do to a stream that is open. */
export interface LiveStream {
  cut(after: number): void;
  silence(after: number, ms: number | undefined): void;
  /** Forgets both. */
  recover(): void;
}

/** One client, as far as it says so with `?session=`. */
export interface Session {
  /** Requests for a stream that are not answered to the end. */
  open: number;
  requests: number;
  readonly live: Set<LiveStream>;
  /** Armed and not used up; the value is what is left of it. */
  readonly faults: Map<FaultKind, Fault>;
  /** The query faults that were armed: the same URL asked for again does not start them anew. */
  readonly seen: Set<string>;
}

export interface Sessions {
  /** Without an id the session is that request alone, and nobody remembers it. */
  enter(id: string | undefined): Session;
  /** Counts a request in, and out again when the returned function is called. */
  count(session: Session): () => void;
  stats(): { open: number; sessions: Record<string, { open: number; requests: number }> };
}

const longestId = 128;

export function rememberSessions(limit = 256): Sessions {
  const remembered = new Map<string, Session>();
  let open = 0;

  /** Makes room for one more. The session that was quiet longest goes first; one with an open connection stays. */
  function forgetOldest(): void {
    for (const [id, session] of remembered) {
      if (remembered.size < limit) return;
      if (session.open === 0) remembered.delete(id);
    }
  }

  return {
    enter(id) {
      if (id === undefined) return newSession();
      if (id === '' || id.length > longestId) {
        throw new BadRequest(`"session" must have 1 to ${longestId} characters`);
      }
      const session = remembered.get(id) ?? newSession();
      remembered.delete(id);
      forgetOldest();
      remembered.set(id, session);
      return session;
    },
    count(session) {
      session.requests++;
      session.open++;
      open++;
      return () => {
        session.open--;
        open--;
      };
    },
    stats() {
      const list = [...remembered].map(
        ([id, session]) => [id, { open: session.open, requests: session.requests }] as const,
      );
      return { open, sessions: Object.fromEntries(list) };
    },
  };
}

function newSession(): Session {
  return { open: 0, requests: 0, live: new Set(), faults: new Map(), seen: new Set() };
}
