import { mockSse, type MockExchange } from 'ssekit/testing';
import type { Backend } from '../backend.ts';
import { armOnce, clear, strike } from '../server/armed-faults.ts';
import { answerChunks } from '../server/answer-chunks.ts';
import { answerTo } from '../server/answer.ts';
import { readQuestion } from '../server/question.ts';
import { readFault, faultsInQuery } from '../server/fault.ts';
import { damageOf, services, ticks } from '../server/metrics.ts';
import { counting } from '../server/numbers.ts';
import { typing } from '../server/replay.ts';
import { positionAfter } from '../server/last-event-id.ts';
import { rememberSessions, type Session } from '../server/sessions.ts';
import english from '../server/index.en.txt?raw';
import text from '../server/index.txt?raw';
import { wireCases } from '../wire/cases.ts';
import { admitted } from './gate.ts';
import { play, playChunks } from './play.ts';

/**
 * The mock server without a server: plays the same streams and faults through the scripted fetch of
 * `ssekit/testing`.
 */
export function mockBackend(): Backend {
  const server = mockSse();
  const sessions = rememberSessions();
  const serviceOf = services();
  const codePointsOf = (text: string) => Array.from(text.replace(/\r\n?/g, '\n'));
  const [codePoints, inEnglish] = [codePointsOf(text), codePointsOf(english)];
  void serve();
  // The ID travels in the query: a page opened from disk has no origin, so the header would be left
  // out.
  return {
    fetch: server.fetch,
    options: { fetch: server.fetch, lastEventIdParam: 'lastEventId' },
    isMock: true,
  };

  async function serve(): Promise<never> {
    for (;;) void answer(await server.next());
  }

  async function answer(exchange: MockExchange): Promise<void> {
    const { request } = exchange;
    const { pathname, searchParams: query } = new URL(request.url);
    const session = sessions.enter(query.get('session') ?? undefined);
    if (pathname.endsWith('/api/faults')) {
      if (request.method === 'POST') {
        const body = (await request.json()) as { session: string };
        strike(sessions.enter(body.session), readFault(body));
      } else clear(session);
      exchange.open({ status: 204 });
      return;
    }
    if (pathname.endsWith('/api/metrics/snapshot')) {
      exchange.open({ headers: { 'Content-Type': 'application/json' } });
      exchange.send(JSON.stringify(serviceOf(session).lastMinute()));
      exchange.end();
      return;
    }
    const fault = query.get('fault');
    if (fault !== null) armOnce(session, faultsInQuery(fault));
    if (await admitted(exchange, session, query.get('auth') === '1')) {
      await stream(exchange, session, pathname, query);
    }
  }

  async function stream(
    exchange: MockExchange,
    session: Session,
    path: string,
    query: URLSearchParams,
  ): Promise<void> {
    const interval = Number(query.get('interval') ?? 40);
    const id = exchange.request.headers.get('Last-Event-ID') ?? query.get('lastEventId') ?? undefined;
    const from = positionAfter(id, Number.MAX_SAFE_INTEGER);
    const name = path.slice(path.lastIndexOf('/') + 1);
    switch (name) {
      case 'sse':
        if (id === 'end') exchange.open({ status: 204 });
        else {
          const chosen = query.get('lang') === 'en' ? inEnglish : codePoints;
          play(exchange, session, typing(chosen, positionAfter(id, chosen.length)), interval);
        }
        return;
      case 'metrics':
        play(
          exchange,
          session,
          ticks(from, serviceOf(session), damageOf(session), Number(query.get('burst') ?? 1)),
          interval,
        );
        return;
      case 'numbers':
        play(exchange, session, counting(from), interval);
        return;
      case 'chat': {
        const { prompt, sent, promptTokens } = readQuestion(await exchange.request.json());
        const id = session.requests.toString();
        play(exchange, session, answerChunks(answerTo(prompt, sent), id, promptTokens), interval);
        return;
      }
      default:
        playChunks(exchange, wireCases.find((known) => known.name === name)?.chunks ?? []);
    }
  }
}
