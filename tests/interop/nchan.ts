/** Nchan's publisher endpoint. */

/** Publishes over HTTP. */
export async function publish(url: string, event: string, data: string): Promise<void> {
  const headers = event === 'message' ? undefined : { 'X-EventSource-Event': event };
  const response = await fetch(url, { method: 'POST', body: data, ...(headers && { headers }) });
  await response.text();
  if (!response.ok) throw new Error(`Nchan says ${response.status}`);
}

/** How many subscribers a channel has. 0 if there's no channel yet. */
export async function subscribers(url: string): Promise<number> {
  const response = await fetch(url, { headers: { Accept: 'application/json' } });
  const info = await response.text();
  return response.ok ? (JSON.parse(info) as { subscribers: number }).subscribers : 0;
}
