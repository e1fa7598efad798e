import { useSse, useSseEvent, useSseValue } from 'ssekit/vue';
import { computed, type ComputedRef } from 'vue';

interface Events {
  price: { symbol: string; bid: number };
}

export function usePrice(symbol: () => string): ComputedRef<string> {
  const { client, status } = useSse<Events>(() => `/prices/${symbol()}`, { decode: 'json' });
  const bid = useSseValue(client, 'price', (_, event) => event.data.bid, 0);
  useSseEvent(client, 'price', (event) => event.data.symbol.toUpperCase());
  // @ts-expect-error -- a name that is not declared
  useSseEvent(client, 'prices', () => undefined);
  return computed(() => `${status.value}: ${bid.value.toFixed(2)}`);
}
