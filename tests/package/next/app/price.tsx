'use client';
import { useSse, useSseValue } from 'ssekit/react';

export function Price() {
  const { client, status } = useSse('/prices');
  const price = useSseValue(client, 'price', (_, event) => event.data, 'no price yet');
  return <p className={status}>{price}</p>;
}
