import { createEventStream, defineEventHandler } from 'h3';

export default defineEventHandler((event) => {
  const stream = createEventStream(event);
  stream.push({ event: 'price', data: 'ACME 101.5' });
  return stream.send();
});
