import { expect } from 'vitest';
import type { Case } from './bench.ts';

type Attribute = 'onopen' | 'onmessage' | 'onerror';
const attributes: readonly Attribute[] = ['onopen', 'onmessage', 'onerror'];

const typeOf = (attribute: Attribute) => attribute.slice(2);

/**
 * HTML 8.1.8, event handlers, and DOM 2.7, EventTarget. The events here don't come from a server.
 */
export function handlerCases(): Case[] {
  return [
    [
      'an event handler is called with the event, on the source',
      ({ create }) => {
        const source = create();
        for (const attribute of attributes) {
          const calls: unknown[][] = [];
          const handler = function (this: EventSource, ...args: unknown[]) {
            calls.push([this, ...args]);
          };
          source[attribute] = handler;
          expect(source[attribute]).toBe(handler);
          const event = new Event(typeOf(attribute));
          source.dispatchEvent(event);
          expect(calls).toHaveLength(1);
          expect(calls[0]?.[0]).toBe(source);
          expect(calls[0]?.[1]).toBe(event);
          expect(calls[0]).toHaveLength(2);
          expect(event.target).toBe(source);
        }
      },
    ],
    [
      'event handlers of one source have nothing to do with those of another',
      ({ create }) => {
        const [one, other] = [create(), create()];
        const handler = () => undefined;
        one.onopen = handler;
        expect(other.onopen).toBe(null);
        expect(one.onmessage).toBe(null);
      },
    ],
    [
      'a handler that is replaced keeps its place among the listeners',
      ({ create }) => {
        const source = create();
        for (const attribute of attributes) {
          const calls: string[] = [];
          const called = (name: string) => () => {
            calls.push(name);
          };
          source.addEventListener(typeOf(attribute), called('before'));
          source[attribute] = called('first');
          source.addEventListener(typeOf(attribute), called('after'));
          source[attribute] = called('second');
          source.dispatchEvent(new Event(typeOf(attribute)));
          expect(calls).toEqual(['before', 'second', 'after']);
        }
      },
    ],
    [
      'a handler set to null is not called; set again it comes last',
      ({ create }) => {
        const source = create();
        const calls: string[] = [];
        source.onmessage = () => calls.push('handler');
        source.addEventListener('message', () => calls.push('listener'));
        source.onmessage = null;
        expect(source.onmessage).toBe(null);
        source.dispatchEvent(new Event('message'));
        source.onmessage = () => calls.push('handler again');
        source.dispatchEvent(new Event('message'));
        expect(calls).toEqual(['listener', 'listener', 'handler again']);
      },
    ],
    [
      'anything but an object makes a handler null',
      ({ create }) => {
        const source = create();
        for (const value of [undefined, 1, 'alert()', true, Symbol('x')]) {
          source.onopen = () => undefined;
          source.onopen = value as unknown as null;
          expect(source.onopen).toBe(null);
        }
      },
    ],
    [
      'an object that cannot be called is kept as a handler, and ignored',
      ({ create }) => {
        const source = create();
        let calls = 0;
        const object = { handleEvent: () => calls++ };
        source.onerror = object as unknown as () => void;
        expect(source.onerror).toBe(object);
        source.dispatchEvent(new Event('error'));
        expect(calls).toBe(0);
      },
    ],
    [
      'a handler that throws is reported, and the other listeners are called',
      async ({ create, catchReported, serve }) => {
        const reported = catchReported();
        const server = await serve([
          { chunks: ['data: 1\n\n', { text: 'data: 2\n\n', wait: true }], end: 'hold' },
        ]);
        const source = create(server.url);
        source.onmessage = ({ data }) => {
          if (data === '1') throw new Error('thrown by a handler');
        };
        source.addEventListener('message', ({ data }) => {
          if (data === '1') void server.release();
        });
        const received: unknown[] = [];
        await new Promise<void>((resolve) => {
          source.addEventListener('message', ({ data }) => {
            if (received.push(data) === 2) resolve();
          });
        });
        expect(received).toEqual(['1', '2']);
        expect(reported.map(String)).toEqual(['Error: thrown by a handler']);
        expect(source.readyState).toBe(1);
      },
    ],
    [
      'listeners may be objects, may be removed, and are called once per registration',
      ({ create }) => {
        const source = create();
        const calls: unknown[] = [];
        const listener = {
          handleEvent(event: Event) {
            calls.push([this === listener, event.type]);
          },
        };
        source.addEventListener('x', listener);
        source.addEventListener('x', listener);
        source.dispatchEvent(new Event('x'));
        source.removeEventListener('x', listener);
        source.dispatchEvent(new Event('x'));
        expect(calls).toEqual([[true, 'x']]);
      },
    ],
    [
      'listeners obey once and signal',
      async ({ create, serve }) => {
        const { url } = await serve([{ chunks: ['data: 1\n\ndata: 2\n\ndata: 3\n\n'], end: 'hold' }]);
        const source = create(url);
        const calls: string[] = [];
        const controller = new AbortController();
        source.addEventListener('message', ({ data }) => calls.push(`once ${String(data)}`), { once: true });
        source.addEventListener('message', ({ data }) => calls.push(`signal ${String(data)}`), controller);
        await new Promise<void>((resolve) => {
          source.addEventListener('message', ({ data }) => {
            if (data === '2') controller.abort();
            if (data === '3') resolve();
          });
        });
        expect(calls).toEqual(['once 1', 'signal 1', 'signal 2']);
      },
    ],
    [
      'a listener added while an event is dispatched hears the next one',
      async ({ create, serve }) => {
        const { url } = await serve([{ chunks: ['data: 1\n\ndata: 2\n\n'], end: 'hold' }]);
        const source = create(url);
        const data = await new Promise((resolve) => {
          source.onmessage = () => {
            source.onmessage = null;
            source.addEventListener('message', (event) => {
              resolve(event.data);
            });
          };
        });
        expect(data).toBe('2');
      },
    ],
    [
      'stopImmediatePropagation() keeps an event from later listeners',
      async ({ create, serve }) => {
        const { url } = await serve([{ chunks: ['data: 1\n\nevent: end\ndata\n\n'], end: 'hold' }]);
        const source = create(url);
        let calls = 0;
        source.addEventListener('message', (event) => {
          event.stopImmediatePropagation();
        });
        source.onmessage = () => calls++;
        await new Promise((resolve) => {
          source.addEventListener('end', resolve);
        });
        expect(calls).toBe(0);
      },
    ],
    [
      'an event that the page dispatches calls the listeners, and changes no state',
      ({ create }) => {
        const source = create();
        let opened = 0;
        source.onopen = () => opened++;
        expect(source.dispatchEvent(new Event('open'))).toBe(true);
        expect(opened).toBe(1);
        expect(source.readyState).toBe(0);
      },
    ],
  ];
}
