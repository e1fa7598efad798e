import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import * as h3 from 'h3';

const LAST = 40;
const app = h3.createApp();

const events = h3.defineEventHandler(async (event) => {
  const isKnown = h3.getHeader(event, 'Authorization') === 'Bearer secret';
  if (!isKnown && h3.getQuery(event).ticket !== 'secret') return h3.sendNoContent(event, 401);
  if (existsSync('deploying')) {
    h3.setHeader(event, 'Retry-After', '1');
    return h3.sendNoContent(event, 503);
  }
  let n = Number(h3.getHeader(event, 'Last-Event-ID') ?? 0);
  if (n >= LAST) return h3.sendNoContent(event); // 204: the client doesn't come back
  const stream = h3.createEventStream(event);
  let isOpen = true;
  stream.onClosed(() => {
    isOpen = false;
    if (n < LAST) process.stdout.write('left\n');
  });
  const send = async () => {
    while (n < LAST && isOpen) {
      n++;
      await stream.push({ id: String(n), event: 'tick', data: JSON.stringify({ n }), retry: 1000 });
      await sleep(50);
    }
    await stream.close();
  };
  void send();
  return stream.send();
});

const chat = h3.defineEventHandler(async (event) => {
  const { prompt } = await h3.readBody(event);
  const stream = h3.createEventStream(event);
  const send = async () => {
    for (const word of prompt.split(' ')) await stream.push(JSON.stringify(word));
    await stream.push('[DONE]');
    await stream.close();
  };
  void send();
  return stream.send();
});

app.use('/events', events).use('/chat', chat);
createServer(h3.toNodeListener(app)).listen(process.env.PORT, '127.0.0.1');
