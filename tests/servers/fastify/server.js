import { existsSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import sse from '@fastify/sse';
import fastify from 'fastify';

const LAST = 40;
const app = fastify();
await app.register(sse);

async function* ticks(n, stream) {
  let isOpen = true;
  stream.onClose(() => {
    isOpen = false;
    if (n < LAST) process.stdout.write('left\n');
  });
  while (n < LAST && isOpen) {
    n++;
    yield { id: String(n), event: 'tick', data: { n }, retry: 1000 };
    await sleep(50);
  }
}

app.get('/events', { sse: 'only' }, async (request, reply) => {
  if (request.headers.authorization !== 'Bearer secret' && request.query.ticket !== 'secret') {
    return reply.code(401).send();
  }
  if (existsSync('deploying')) return reply.code(503).header('Retry-After', '1').send();
  const n = Number(request.headers['last-event-id'] ?? 0);
  if (n >= LAST) return reply.code(204).send(); // the client doesn't come back
  await reply.sse.send(ticks(n, reply.sse));
});

app.post('/chat', { sse: 'only' }, async (request, reply) => {
  for (const word of request.body.prompt.split(' ')) await reply.sse.send({ data: word });
  await reply.sse.send({ data: '[DONE]' }); // arrives as "[DONE]", in quotes
});

await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
