import type { Decoder, StandardSchema } from './decode.js';
import type { Impossible } from '../impossible.js';
import type { EventName, SseMessage } from '../message.js';

/** The event types in `Events` whose payload isn't a plain string. */
export type Decoded<Events extends object> = {
  [K in keyof Events]-?: string extends Events[K] ? never : K;
}[keyof Events];

/** The event types whose payload is a plain string. */
type Plain<Events extends object> = Exclude<EventName<Events>, Decoded<Events>>;

/**
 * `'json'`. For `Record<string, string>`, the default of `Events`, it's impossible: a payload that
 * isn't a string would be typed as one. Only an argument says why, because options are also read.
 */
type Json<Events extends object, Place extends 'argument'> = string extends keyof Events
  ? unknown extends Events[keyof Events]
    ? 'json'
    : Events[keyof Events] extends string
      ? Place extends 'argument'
        ? Impossible<'say what the JSON holds, as in SseClient<{ tick: Price }>, or give schemas'>
        : never
      : 'json'
  : 'json';

/**
 * Avoids `keyof Events` itself, because the compiler would infer `Events` from it. Only schemas and
 * {@link OfEvents} may decide what `Events` is.
 */
type Decoders<Events extends object, Place extends 'argument'> = {
  readonly [K in Plain<Events>]?: Exclude<Decoder<Events[K]>, 'json'> | Json<Events, Place> | undefined;
};

/** The same as one type: an error about an intersection has two lines more. */
type Flat<T> = { [K in keyof T]: T[K] };

type Schemas<Events extends object> = {
  readonly [K in keyof Events]?: StandardSchema<Events[K]> | undefined;
};

declare const EVENTS: unique symbol;
/**
 * Keeps `Events` known when options pass through variables and spreads. The property never exists.
 * Its type holds only the name, so options typed for one `Events` also fit a client with others.
 */
interface OfEvents<Events extends object> {
  readonly [EVENTS]?: OfEvents<Events> | undefined;
}

/** Every payload may stay text. */
interface MayDecode<Events extends object, Place extends 'argument'> extends OfEvents<Events> {
  /**
   * `'text'`, `'json'` or a function for all events, or one of these by event type. Default
   * `'text'`; JSON for a type with a schema.
   */
  readonly decode?:
    | 'text'
    | Json<Events, Place>
    | ((message: SseMessage) => Events[keyof Events])
    | Decoders<Events, Place>
    | undefined;
  /** A schema by event type. It checks what `decode` returns. */
  readonly schemas?: Schemas<Events> | undefined;
}

/** There's a schema for every event type. */
interface AllSchemas<Events extends object> extends OfEvents<Events> {
  /** How a payload is read before its schema checks it. Default `'json'`. */
  readonly decode?:
    Decoder<unknown> | Partial<Record<EventName<Events>, Decoder<unknown> | undefined>> | undefined;
  /** A schema by event type. */
  readonly schemas: { readonly [K in keyof Events]: StandardSchema<Events[K]> };
}

/** There's a schema for every event type whose payload isn't a string. */
interface SomeSchemas<Events extends object> extends OfEvents<Events> {
  /**
   * How payloads are read, before a schema checks those that have one. Default: JSON for the types
   * that have a schema, text for the others.
   */
  readonly decode?:
    | 'text'
    | 'json'
    | {
        readonly [K in EventName<Events>]?:
          Decoder<K extends Decoded<Events> ? unknown : Events[K]> | undefined;
      }
    | undefined;
  /** A schema by event type. */
  readonly schemas: Schemas<Events> & { readonly [K in Decoded<Events>]: StandardSchema<Events[K]> };
}

/** There's a decoder for every event type whose payload isn't a string. */
interface WithDecode<Events extends object, Place extends 'argument'> extends OfEvents<Events> {
  /** `'json'` or a function for all events, or one of these by event type. */
  readonly decode:
    | 'json'
    | (Place extends 'argument' ? Impossible<'options in a variable need `as const`'> : never)
    | ((message: SseMessage) => Events[keyof Events])
    | Flat<Decoders<Events, never> & { readonly [K in Decoded<Events>]: Decoder<Events[K]> }>;
  /** A schema by event type. It checks what `decode` returns. */
  readonly schemas?: Schemas<Events> | undefined;
}

/**
 * How payloads become what `Events` says. Every payload that isn't a string needs a decoder or a
 * schema.
 *
 * @example
 * ```ts
 * const options: DecodeOptions<{ tick: { price: number }; news: string }> = {
 *   decode: { tick: 'json' },
 * };
 * ```
 */
export type DecodeOptions<Events extends object, Place extends 'argument' = never> = [
  Decoded<Events>,
] extends [never]
  ? MayDecode<Events, Place>
  : AllSchemas<Events> | SomeSchemas<Events> | WithDecode<Events, Place>;
