/** The reader that everybody writes first. It works on your own machine. */
export async function naiveReader(url: string, show: (data: string) => void, fetch = globalThis.fetch) {
  const response = await fetch(url);
  const reader = response.body?.getReader();
  for (;;) {
    const read = await reader?.read();
    if (!read || read.done) return;
    for (const line of new TextDecoder().decode(read.value).split('\n')) {
      if (line.startsWith('data: ')) show(line.slice(6));
    }
  }
}
