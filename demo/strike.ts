import type { Backend } from './backend.ts';
import type { Dictionary } from './dictionary.ts';

/**
 * Arms a fault of the mock server for one session. Resolves to what went wrong, if anything did.
 */
export async function strike(
  { fetch }: Backend,
  session: string,
  fault: { readonly kind: string } & Readonly<Record<string, string | number>>,
): Promise<((t: Dictionary) => string) | undefined> {
  return problemOf(
    fetch('/api/faults', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ session, ...fault }),
    }),
  );
}

/** Disarms all faults. */
export async function heal(
  { fetch }: Backend,
  session: string,
): Promise<((t: Dictionary) => string) | undefined> {
  return problemOf(fetch(`/api/faults?session=${encodeURIComponent(session)}`, { method: 'DELETE' }));
}

async function problemOf(request: Promise<Response>): Promise<((t: Dictionary) => string) | undefined> {
  try {
    const { ok, status } = await request;
    return ok ? undefined : (t) => t.serverAnswered(status);
  } catch {
    return (t) => t.serverAway;
  }
}
