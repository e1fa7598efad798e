import { SseClient, type ReadyState, type Transport } from 'ssekit';
import type { SourceClass } from './bench.ts';

/**
 * Gives an `SseClient` the interface of an `EventSource`, so that the contract's stream cases can
 * test it. Puts messages and lifecycle events under the same names again, as `EventSource` does.
 */
export function clientSource(transport: 'native' | 'fetch' | Transport): SourceClass {
  class ClientSource extends EventTarget {
    static readonly CONNECTING = 0;
    static readonly OPEN = 1;
    static readonly CLOSED = 2;
    readonly #client: SseClient;
    readonly #types = new Set<string>();

    constructor(url: string | URL, { withCredentials = false }: EventSourceInit = {}) {
      super();
      this.#client = new SseClient(url, { transport, withCredentials });
      this.#client.onOpen(() => this.dispatchEvent(new Event('open')));
      this.#client.onError(() => this.dispatchEvent(new Event('error')));
    }

    get readyState(): ReadyState {
      return this.#client.readyState;
    }

    override addEventListener(...args: Parameters<EventTarget['addEventListener']>): void {
      super.addEventListener(...args);
      const [type] = args;
      if (this.#types.has(type)) return;
      this.#types.add(type);
      this.#client.on(type, ({ data, lastEventId, origin }) => {
        this.dispatchEvent(new MessageEvent(type, { data, lastEventId, origin }));
      });
    }

    close(): void {
      this.#client.close();
    }
  }
  return ClientSource as unknown as SourceClass;
}
