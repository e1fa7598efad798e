import { expect } from 'vitest';
import type { Case, Environment } from './bench.ts';

/** HTML 9.2.6, "dispatch the event": what the events look like. */
export function eventCases({ engine, isNative }: Environment): Case[] {
  return [
    [
      'a message is a MessageEvent with type, data, origin and last event ID, and nothing else',
      async ({ receiveEvents, environment }) => {
        const [event] = await receiveEvents(['event: x\nid: 7\ndata: 1\n\n'], 'x');
        expect(event).toBeInstanceOf(MessageEvent);
        expect(Object.getPrototypeOf(event)).toBe(MessageEvent.prototype);
        expect(event).toMatchObject({
          type: 'x',
          data: '1',
          lastEventId: '7',
          origin: environment.origin,
          source: null,
          bubbles: false,
          cancelable: false,
          composed: false,
          defaultPrevented: false,
        });
        expect(event?.ports).toEqual([]);
        expect(event?.target).toBeInstanceOf(EventTarget);
      },
    ],
    [
      'open and error are plain events that neither bubble nor can be cancelled',
      async ({ serve, open }) => {
        const { url } = await serve([{ chunks: ['retry: 1\n\n'] }]);
        const { events, until, source } = open(url);
        await until('error 0');
        expect(events.map(({ type }) => type)).toEqual(['open', 'error']);
        for (const event of events) {
          expect(Object.getPrototypeOf(event)).toBe(Event.prototype);
          expect(event).toMatchObject({ bubbles: false, cancelable: false, composed: false });
          expect('data' in event).toBe(false);
          expect(event.target).toBe(source);
        }
      },
    ],
    [
      isNative
        ? 'native: events are trusted'
        : 'over fetch: events are not trusted, as no event is that a script dispatches',
      async ({ serve, open }) => {
        const { url } = await serve([{ chunks: ['retry: 1\ndata: 1\n\n'] }]);
        const { events, until } = open(url);
        await until('error 0');
        expect(events.map(({ type, isTrusted }) => [type, isTrusted])).toEqual(
          ['open', 'message', 'error'].map((type) => [type, isNative]),
        );
      },
    ],
    [
      isNative
        ? 'native: microtasks run between two events of one chunk'
        : 'over fetch: microtasks run after the last event of one chunk',
      async ({ serve, create }) => {
        const { url } = await serve([{ chunks: ['data: 1\n\ndata: 2\n\n'], end: 'hold' }]);
        const source = create(url);
        const order: string[] = [];
        await new Promise<void>((resolve) => {
          source.onmessage = ({ data }) => {
            order.push(`event ${String(data)}`);
            queueMicrotask(() => {
              order.push(`microtask ${String(data)}`);
              if (data === '2') resolve();
            });
          };
        });
        expect(order).toEqual(
          isNative
            ? ['event 1', 'microtask 1', 'event 2', 'microtask 2']
            : ['event 1', 'event 2', 'microtask 1', 'microtask 2'],
        );
      },
    ],
    engine === 'firefox'
      ? [
          'Firefox: the open event comes with the first byte of the body',
          async ({ serve, open }) => {
            const server = await serve([{ chunks: [{ text: ':\n', wait: true }], end: 'hold' }]);
            const { log, until } = open(server.url);
            await server.requests(1);
            expect(log).toEqual([]);
            await server.release();
            await until('open 1');
          },
        ]
      : [
          'the open event comes with the head of the answer, before there is a body',
          async ({ serve, open }) => {
            const server = await serve([{ end: 'hold' }]);
            await open(server.url).until('open 1');
            expect((await server.log()).open).toBe(1);
          },
        ],
    [
      'listeners that are added a few microtasks after the constructor miss nothing',
      async ({ serve, create }) => {
        const { url } = await serve([{ chunks: ['data: 1\n\n'], end: 'hold' }]);
        const source = create(url);
        for (let i = 0; i < 10; i++) await Promise.resolve();
        const types: string[] = [];
        await new Promise<void>((resolve) => {
          source.onopen = ({ type }) => types.push(type);
          source.onmessage = ({ type }) => {
            types.push(type);
            resolve();
          };
        });
        expect(types).toEqual(['open', 'message']);
      },
    ],
  ];
}
