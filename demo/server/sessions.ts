import { BadRequest } from './bad-request.ts';
import type { Fault, FaultKind } from './fault.ts';

/** What a fault can do to an open stream. */
export interface OpenStream {
  cut(after: number): void;
  silence(after: number, ms: number | undefined): void;
  /** Clears both. */
  recover(): void;
}

/** One client, identified by `?session=`. */
export interface Session {
  /** Requests for a stream that haven't finished. */
  open: number;
  requests: number;
  readonly streams: Set<OpenStream>;
  /** The armed faults. Each value says how much is left. */
  readonly faults: Map<FaultKind, Fault>;
  /** The query faults that were armed, so the same URL doesn't arm them again. */
  readonly seen: Set<string>;
}

export interface Sessions {
  /** Without an ID, each request gets its own session, which isn't remembered. */
  enter(id: string | undefined): Session;
  /** Counts a request. Call the returned function when it ends. */
  count(session: Session): () => void;
  stats(): { open: number; sessions: Record<string, { open: number; requests: number }> };
}

const maxIdLength = 128;

export function rememberSessions(limit = 256): Sessions {
  const remembered = new Map<string, Session>();
  let open = 0;

  /**
   * Makes room for one more session. Removes the least recently used first, but keeps sessions with
   * an open connection.
   */
  function forgetOldest(): void {
    for (const [id, session] of remembered) {
      if (remembered.size < limit) return;
      if (session.open === 0) remembered.delete(id);
    }
  }

  return {
    enter(id) {
      if (id === undefined) return newSession();
      if (id === '' || id.length > maxIdLength) {
        throw new BadRequest(`"session" must have 1 to ${maxIdLength} characters`);
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
  return { open: 0, requests: 0, streams: new Set(), faults: new Map(), seen: new Set() };
}
