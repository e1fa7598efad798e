import { expect } from 'vitest';
import type { Case, Environment, SourceClass } from './bench.ts';

const constants = { CONNECTING: 0, OPEN: 1, CLOSED: 2 } as const;
const handlers = ['onopen', 'onmessage', 'onerror'];
const attributes = ['url', 'withCredentials', 'readyState', ...handlers];

/** HTML 9.2.2, the interface, and what WebIDL derives from it. */
export function interfaceCases({ scope, isNative }: Environment): Case[] {
  return [
    [
      'the constants are on the class, on its prototype and on every source, and cannot be changed',
      ({ Source, create }) => {
        for (const holder of [Source, Source.prototype]) {
          for (const [name, value] of Object.entries(constants)) {
            expect(Object.getOwnPropertyDescriptor(holder, name)).toEqual({
              value,
              writable: false,
              enumerable: true,
              configurable: false,
            });
          }
        }
        const source = create();
        expect(source).toMatchObject(constants);
        expect(() => Object.assign(source, { CLOSED: 7 })).toThrow(TypeError);
      },
    ],
    [
      'the prototype has the members of the IDL and no others, and all are enumerable',
      ({ Source }) => {
        const members = [...Object.keys(constants), ...attributes, 'close'].sort();
        expect(Object.keys(Source.prototype).sort()).toEqual(members);
        expect(Object.getOwnPropertyNames(Source.prototype).sort()).toEqual(
          [...members, 'constructor'].sort(),
        );
        expect(Object.keys(Source).sort()).toEqual(Object.keys(constants).sort());
      },
    ],
    [
      'attributes are accessors; only the event handlers have a setter',
      ({ Source }) => {
        for (const name of attributes) {
          expect([name, Object.getOwnPropertyDescriptor(Source.prototype, name)]).toEqual([
            name,
            {
              get: expect.any(Function) as unknown,
              set: handlers.includes(name) ? (expect.any(Function) as unknown) : undefined,
              enumerable: true,
              configurable: true,
            },
          ]);
        }
      },
    ],
    [
      'a source has no properties of its own',
      ({ create }) => {
        expect(Object.getOwnPropertyNames(create())).toEqual([]);
      },
    ],
    [
      'attributes and methods work on sources only',
      ({ Source }) => {
        for (const name of attributes) {
          expect(() => Reflect.get(Source.prototype, name, {}) as unknown, name).toThrow(TypeError);
        }
        expect(() => {
          Source.prototype.close.call({} as EventSource);
        }).toThrow(TypeError);
      },
    ],
    [
      'url, withCredentials and readyState cannot be assigned',
      ({ create }) => {
        const source = create();
        for (const name of ['url', 'withCredentials', 'readyState']) {
          expect(() => Object.assign(source, { [name]: 1 }), name).toThrow(TypeError);
        }
      },
    ],
    [
      'the class string is the name of the class',
      ({ Source, create }) => {
        expect(Source.name).toBe(isNative ? 'EventSource' : 'FetchEventSource');
        expect(Object.prototype.toString.call(create())).toBe(`[object ${Source.name}]`);
        expect(Object.getOwnPropertyDescriptor(Source.prototype, Symbol.toStringTag)).toEqual({
          value: Source.name,
          writable: false,
          enumerable: false,
          configurable: true,
        });
      },
    ],
    [
      'a source is an EventTarget, and so is its class',
      ({ Source, create }) => {
        const source = create();
        expect(source).toBeInstanceOf(Source);
        expect(source).toBeInstanceOf(EventTarget);
        expect(Object.getPrototypeOf(Source)).toBe(EventTarget);
        expect(Object.getPrototypeOf(Source.prototype)).toBe(EventTarget.prototype);
        expect(source.constructor).toBe(Source);
      },
    ],
    [
      'the constructor needs one argument, close() none',
      ({ Source }) => {
        expect(Source).toHaveLength(1);
        expect(Reflect.get(Source.prototype, 'close')).toHaveLength(0);
        expect(() => Reflect.construct(Source, []) as unknown).toThrow(TypeError);
      },
    ],
    [
      'the constructor cannot be called without new',
      ({ Source, nowhere }) => {
        expect(() => Reflect.apply(Source, undefined, [nowhere]) as unknown).toThrow(TypeError);
      },
    ],
    [
      'a class may extend it, and its prototype may be extended',
      ({ Source, nowhere }) => {
        const Extended = class extends Source {
          get host() {
            return new URL(this.url).host;
          }
        };
        const source = new Extended(nowhere);
        source.close();
        expect(source.host).toBe(new URL(nowhere).host);
        expect(source.readyState).toBe(Extended.CLOSED);
      },
    ],
    [
      'a new source is CONNECTING, without credentials and without handlers',
      ({ create }) => {
        const source = create();
        expect(source.readyState).toBe(0);
        expect(source.withCredentials).toBe(false);
        expect([source.onopen, source.onmessage, source.onerror]).toEqual([null, null, null]);
      },
    ],
    [
      'withCredentials is converted to a boolean',
      ({ create, nowhere }) => {
        const convert = (value: unknown) =>
          create(nowhere, { withCredentials: value } as EventSourceInit).withCredentials;
        expect([true, 1, 'no', {}].map(convert)).toEqual([true, true, true, true]);
        expect([false, 0, '', null, undefined].map(convert)).toEqual([false, false, false, false, false]);
      },
    ],
    [
      'the second argument may be undefined, null, an object or a function, and nothing else',
      ({ Source, create, nowhere }) => {
        const construct = (init: unknown) => create(nowhere, init as EventSourceInit).withCredentials;
        expect([undefined, null, {}, () => 1].map(construct)).toEqual([false, false, false, false]);
        for (const init of [true, 1, 'x', Symbol('x')]) {
          expect(() => new Source(nowhere, init as EventSourceInit)).toThrow(TypeError);
        }
      },
    ],
    [
      'the URL is whatever its string is',
      ({ create, Source, nowhere }) => {
        expect(create(new URL(nowhere)).url).toBe(nowhere);
        expect(create({ toString: () => nowhere } as unknown as URL).url).toBe(nowhere);
        const failing = {
          toString: () => {
            throw new RangeError('no string');
          },
        };
        expect(() => new Source(failing as unknown as URL)).toThrow(RangeError);
        expect(() => new Source(Symbol('x') as unknown as URL)).toThrow(TypeError);
      },
    ],
    [
      'url is the URL serialised, with its fragment',
      ({ create, environment }) => {
        const { origin } = environment;
        const input = `  ${origin.toUpperCase()}/a/./b/../c d?q=ü\t#f  `;
        expect(create(input).url).toBe(`${origin}/a/c%20d?q=%C3%BC#f`);
        expect(create('HTTP://EXAMPLE.TEST:80').url).toBe('http://example.test/');
      },
    ],
    [
      'a URL that cannot be parsed is a SyntaxError, thrown by the constructor',
      ({ Source }) => {
        for (const url of ['http://[', 'https://', 'http://host:port/', 'http://%00/']) {
          expect(syntaxError(Source, url), url).toBe(true);
        }
      },
    ],
    ...(scope === 'node'
      ? [withoutBase]
      : scope === 'worker'
        ? [
            [
              'a relative URL is resolved against the location of the worker',
              ({ create }) => {
                expect(create('none?x').url).toBe(new URL('none?x', location.href).href);
                expect(create('').url).toBe(location.href);
                expect(create(null as unknown as URL).url).toBe(new URL('null', location.href).href);
              },
            ] satisfies Case,
          ]
        : [withBase]),
  ];
}

function syntaxError(Source: SourceClass, url: string): boolean {
  try {
    new Source(url).close();
  } catch (error) {
    return error instanceof DOMException && error.name === 'SyntaxError';
  }
  return false;
}

const withoutBase: Case = [
  'without a page or a worker, a relative URL cannot be parsed',
  ({ Source }) => {
    for (const url of ['/sse', 'sse', '', '//host']) expect(syntaxError(Source, url), url).toBe(true);
  },
];

const withBase: Case = [
  'a relative URL is resolved against the base URL of the document',
  ({ create }) => {
    expect(create('none?x').url).toBe(new URL('none?x', document.baseURI).href);
    expect(create('').url).toBe(document.URL);
    expect(create(null as unknown as URL).url).toBe(new URL('null', document.baseURI).href);
    const base = document.createElement('base');
    base.href = '/test/s/';
    document.head.prepend(base);
    try {
      expect(create('none').url).toBe(`${location.origin}/test/s/none`);
    } finally {
      base.remove();
    }
  },
];
