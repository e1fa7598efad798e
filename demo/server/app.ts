import { readFileSync } from 'node:fs';
import express from 'express';
import { clear, strike } from './armed-faults.ts';
import { answerError, BadRequest } from './bad-request.ts';
import { chat } from './chat.ts';
import { allowEveryOrigin } from './cors.ts';
import { readFault } from './fault.ts';
import { gate } from './gate.ts';
import { metrics } from './metrics.ts';
import { numbers } from './numbers.ts';
import { queryText } from './query.ts';
import { replay } from './replay.ts';
import { rememberSessions } from './sessions.ts';
import { wire } from './wire.ts';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8').replace(/\r\n?/g, '\n');
const text = read('index.txt');
const english = read('index.en.txt');

/**
 * The mock server without a port: main.ts runs it alone, and Vite runs it before its own
 * middleware. Unknown requests go to the next handler. Each call has its own sessions and faults.
 */
export function createApp(): express.Express {
  const app = express();
  const sessions = rememberSessions();
  const admit = gate(sessions);
  app.disable('x-powered-by');

  app.use('/api', allowEveryOrigin);
  app.get('/api/sse', admit, replay(text, english));
  const { stream, snapshot } = metrics(sessions);
  app.get('/api/metrics', admit, stream);
  app.get('/api/metrics/snapshot', snapshot);
  app.get('/api/numbers', admit, numbers);
  app.get('/api/wire/:name', admit, wire);
  app.post('/api/chat', admit, express.json(), chat);

  app.get('/api/stats', (_req, res) => {
    res.set('Cache-Control', 'no-store').json(sessions.stats());
  });
  app.post('/api/faults', express.json(), (req, res) => {
    const body: unknown = req.body;
    if (
      typeof body !== 'object' ||
      body === null ||
      !('session' in body) ||
      typeof body.session !== 'string'
    ) {
      throw new BadRequest('the body must be JSON with a "session" and a "kind"');
    }
    const fault = readFault(body);
    strike(sessions.enter(body.session), fault);
    res.json(fault);
  });
  app.delete('/api/faults', (req, res) => {
    const id = queryText(req, 'session');
    if (id === undefined) throw new BadRequest('?session= is missing');
    clear(sessions.enter(id));
    res.status(204).end();
  });
  app.use('/api', answerError);
  return app;
}
