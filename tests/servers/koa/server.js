import { existsSync } from 'node:fs';
import process from 'node:process';
import { PassThrough } from 'node:stream';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import Koa from 'koa';

const LAST = 40;
const app = new Koa();

app.use(async (context) => {
  if (context.path === '/chat') {
    const { prompt } = await json(context.req);
    context.type = 'text/event-stream';
    const words = prompt.split(' ').map((word) => `data: ${JSON.stringify(word)}\n\n`);
    context.body = [...words, 'data: [DONE]\n\n'].join('');
    return;
  }
  if (context.get('Authorization') !== 'Bearer secret' && context.query.ticket !== 'secret') {
    context.status = 401;
  } else if (existsSync('deploying')) {
    context.status = 503;
    context.set('Retry-After', '1');
  } else if (Number(context.get('Last-Event-ID')) >= LAST) {
    context.status = 204; // the client doesn't come back
  } else {
    context.type = 'text/event-stream';
    context.set('Cache-Control', 'no-store');
    context.body = new PassThrough();
    void send(context.body, Number(context.get('Last-Event-ID')));
  }
});

async function send(stream, n) {
  stream.write('retry: 1000\n\n');
  while (n < LAST && !stream.destroyed) {
    n++;
    stream.write(`id: ${n}\nevent: tick\ndata: {"n":${n}}\n\n`);
    await sleep(50);
  }
  if (stream.destroyed) process.stdout.write('left\n');
  stream.end();
}

app.listen(process.env.PORT, '127.0.0.1');
