import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { ServerResponse } from 'node:http';
import { Body, Controller, Headers, HttpException, Module, Post, Query, Res, Sse } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Observable } from 'rxjs';

const LAST = 40;

/** Numbers after `n`, one every 50 ms. */
const ticks = (n: number) =>
  new Observable((subscriber) => {
    const timer = setInterval(() => {
      if (n >= LAST) {
        subscriber.complete();
        return;
      }
      n++;
      subscriber.next({ id: String(n), type: 'tick', data: { n }, retry: 1000 });
    }, 50);
    return () => {
      clearInterval(timer);
      if (n < LAST) console.log('left');
    };
  });

@Controller()
class Events {
  @Sse('events')
  events(
    @Headers() headers: Record<string, string | undefined>,
    @Query('ticket') ticket: string,
    @Res({ passthrough: true }) response: ServerResponse,
  ) {
    if (headers.authorization !== 'Bearer secret' && ticket !== 'secret') throw new HttpException('', 401);
    if (existsSync('deploying')) {
      response.setHeader('Retry-After', '1');
      throw new HttpException('', 503);
    }
    const n = Number(headers['last-event-id'] ?? 0);
    if (n >= LAST) throw new HttpException('', 204); // the client doesn't come back
    return ticks(n);
  }

  @Post('chat')
  chat(@Body('prompt') prompt: string, @Res() response: ServerResponse) {
    response.setHeader('Content-Type', 'text/event-stream');
    for (const word of prompt.split(' ')) response.write(`data: ${JSON.stringify(word)}\n\n`);
    response.end('data: [DONE]\n\n');
  }
}

@Module({ controllers: [Events] })
class App {}

const app = await NestFactory.create(App, { logger: false });
await app.listen(Number(process.env.PORT), '127.0.0.1');
