/** Arms a fault of the mock server for one session. Resolves to what went wrong, if anything did. */
export async function strike(
  session: string,
  fault: { readonly kind: string } & Readonly<Record<string, string | number>>,
): Promise<string | undefined> {
  try {
    const { ok, status } = await fetch('/api/faults', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ session, ...fault }),
    });
    return ok ? undefined : `The mock server answered ${status}.`;
  } catch {
    return 'The mock server cannot be reached.';
  }
}
