import { SseClient, type SseState } from 'ssekit';
import { useSse, useSseEvent, useSseValue } from 'ssekit/react';

interface Events {
  price: { symbol: string; bid: number };
}

const shared = new SseClient<Events>('/prices', { decode: 'json', autoConnect: false });

export function Price() {
  const { client, status } = useSse<Events>('/prices', { decode: 'json' });
  const bid: number = useSseValue(client, 'price', (_, event) => event.data.bid, 0);
  useSseEvent(shared, 'price', (event) => event.data.symbol.toUpperCase());
  // @ts-expect-error -- a name that is not declared
  useSseEvent(client, 'prices', () => undefined);
  const shown: SseState['status'] = status;
  return <p className={shown}>{bid}</p>;
}
