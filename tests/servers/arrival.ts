/** How the events of a server arrive that sends 40, one every 50 ms. */
export type Arrival = 'at once' | 'in bursts' | 'held back';

/**
 * Reads the stream and counts the moments when events arrive. (Not the pieces: a decompressor may cut
 * one packet into several.)
 *
 * @param encoding - Fails if the response has another one.
 */
export async function arrival(origin: string, encoding?: 'gzip'): Promise<Arrival> {
  const response = await fetch(`${origin}/events?ticket=secret`, {
    headers: { 'Accept-Encoding': encoding ?? 'identity' },
  });
  const sent = response.headers.get('Content-Encoding') ?? undefined;
  if (sent !== encoding) throw new Error(`The content encoding is ${String(sent)}.`);
  let moments = 0;
  let events = 0;
  let last = 0;
  for await (const text of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    const count = text.match(/^id:/gm)?.length ?? 0;
    events += count;
    if (count === 0) continue;
    if (performance.now() - last > 10) moments++;
    last = performance.now();
  }
  if (events !== 40) throw new Error(`There were ${events} events.`);
  // A busy machine joins a few.
  if (moments >= 20) return 'at once';
  return moments > 2 ? 'in bursts' : 'held back';
}
