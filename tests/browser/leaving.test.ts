import { expect, onTestFinished, test } from 'vitest';
import { script } from '../script.ts';

/** R25, in a frame, so that each engine can leave it: WebKit too, whose only window is the test. */

type Way = 'auto' | 'native' | 'fetch' | 'FetchEventSource';

/** What the page in the frame reports to the test. */
interface Hub {
  opened: () => void;
  readonly reports: string[];
}

/** Runs in the frame, as text. */
const page = (way: Way, url: string) => `
  <script type="module">
    import { FetchEventSource, SseClient } from '/src/index.ts';
    const hub = parent.hubs.get(frameElement.id);
    const url = new URL(${JSON.stringify(url)}, parent.location.href).href;
    console.error = (line) => hub.reports.push(line);
    window.onerror = (message) => hub.reports.push(message);
    if (${JSON.stringify(way)} === 'FetchEventSource') {
      const source = new FetchEventSource(url);
      source.onopen = hub.opened;
      source.onerror = () => hub.reports.push('error ' + source.readyState);
    } else {
      const client = new SseClient(url, { transport: ${JSON.stringify(way)} });
      client.onOpen(hub.opened);
      client.onError(({ code }) => hub.reports.push(code));
      client.onStateChange(({ status }) => {
        if (status !== 'open' && status !== 'connecting') hub.reports.push(status);
      });
    }
  </script>`;

test.for<Way>(['auto', 'native', 'fetch', 'FetchEventSource'])(
  'a page with a stream that is left, or reloaded, reports nothing: %s',
  async (way) => {
    const hubs = ((globalThis as { hubs?: Map<string, Hub> }).hubs ??= new Map<string, Hub>());
    for (const leave of [
      (frame: HTMLIFrameElement) => (frame.srcdoc = 'the next page'),
      (frame: HTMLIFrameElement) => frame.contentWindow?.location.reload(),
    ]) {
      const s = await script('', [{ chunks: ['data: 1\n\n'], end: 'hold' }]);
      const frame = document.createElement('iframe');
      frame.id = crypto.randomUUID();
      const reports: string[] = [];
      const opened = new Promise<void>((resolve) => {
        hubs.set(frame.id, { opened: resolve, reports });
      });
      frame.srcdoc = page(way, s.url);
      document.body.append(frame);
      onTestFinished(() => {
        frame.remove();
      });
      await opened;
      const left = new Promise((resolve) => {
        frame.addEventListener('load', resolve);
      });
      hubs.set(frame.id, { opened: () => undefined, reports: [] });
      leave(frame);
      await left;
      expect(reports).toEqual([]);
    }
  },
);
