import { createServer } from 'node:http';
import { PassThrough } from 'node:stream';
import { createAdaptorServer } from '@hono/node-server';
import { createSession } from 'better-sse';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { nodeFeed } from './feed.ts';
import { History, wire } from './history.ts';
import { speaksWith } from './suite.ts';

/** Servers as people write them in Node, following each framework's documentation. */

const RETRY = 'retry: 10\n\n';

speaksWith('express 5', () => {
  const history = new History();
  const app = express();
  app.get('/events', (request, response) => {
    const id = request.get('Last-Event-ID');
    response.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      ...history.sign(id),
    });
    response.write(RETRY);
    const leave = history.follow(id, (event) => response.write(wire(event)));
    response.on('close', leave);
  });
  return nodeFeed(createServer(app), history);
});

// It sends JSON. With a custom serializer, the second line of a text would be lost.
speaksWith('better-sse', async () => {
  const history = new History();
  const app = express();
  app.get('/events', async (request, response) => {
    const session = await createSession(request, response, {
      retry: 10,
      headers: history.sign(request.get('Last-Event-ID')),
    });
    const leave = history.follow(session.lastId, ({ id, event, data }) => session.push(data, event, id));
    session.once('disconnected', leave);
  });
  return { ...(await nodeFeed(createServer(app), history)), asJson: true };
});

speaksWith('Hono streamSSE', async () => {
  const history = new History();
  const app = new Hono();
  app.get('/events', (context) => {
    const id = context.req.header('Last-Event-ID');
    for (const [name, value] of Object.entries(history.sign(id))) context.header(name, value);
    return streamSSE(context, async (stream) => {
      await stream.write(RETRY);
      const left = new Promise<void>((resolve) => {
        stream.onAbort(resolve);
      });
      const leave = history.follow(id, (event) => void stream.writeSSE(event));
      await left;
      leave();
    });
  });
  return nodeFeed(createAdaptorServer(app), history);
});

speaksWith('Fastify', async () => {
  const history = new History();
  const app = fastify({ forceCloseConnections: true });
  app.get('/events', (request, reply) => {
    const stream = new PassThrough();
    stream.write(RETRY);
    const id = request.headers['last-event-id']?.toString();
    const leave = history.follow(id, (event) => stream.write(wire(event)));
    reply.raw.on('close', leave);
    return reply.type('text/event-stream').headers(history.sign(id)).send(stream);
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return nodeFeed(app.server, history);
});
