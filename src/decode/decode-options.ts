import type { Decoder, StandardSchema } from './decode.js';
import type { EventName, SseMessage } from '../message.js';

/** The names in `Events` whose payload is not a plain string. */
export type Decoded<Events extends object> = {
  [K in keyof Events]-?: string extends Events[K] ? never : K;
}[keyof Events];

/** The others. */
type Plain<Events extends object> = Exclude<EventName<Events>, Decoded<Events>>;

declare const CURE: unique symbol;
/** No value is one: it is there to be read in a compile error. */
export interface Impossible<Cure extends string> {
  readonly [CURE]: Cure;
}

/** `'json'`; but for `Record<string, string>`, the default of `Events`: a payload that is no string would be called one. `Untold` stands there instead. */
type Json<Events extends object, Untold> = string extends keyof Events
  ? unknown extends Events[keyof Events]
    ? 'json'
    : Events[keyof Events] extends string
      ? Untold
      : 'json'
  : 'json';

/** Not by `keyof Events` itself, from which the compiler would infer `Events`: only schemas and {@link OfEvents} tell what they are. */
type Decoders<Events extends object, Untold> = {
  readonly [K in Plain<Events>]?: Exclude<Decoder<Events[K]>, 'json'> | Json<Events, Untold> | undefined;
};

type Schemas<Events extends object> = {
  readonly [K in keyof Events]?: StandardSchema<Events[K]> | undefined;
};

declare const EVENTS: unique symbol;
/**
 * Keeps `Events` known where options pass through variables and spreads. There is no such property. As its type holds nothing but the name,
 * options that were typed for one `Events` still go to a client with others.
 */
interface OfEvents<Events extends object> {
  readonly [EVENTS]?: OfEvents<Events> | undefined;
}

/** Where every payload may be the text that it came as. */
interface MayDecode<Events extends object, Untold> extends OfEvents<Events> {
  /** `'text'`, `'json'` or a function for all events, or one of these by event type. Default `'text'`; JSON for a type with a schema. */
  readonly decode?:
    | 'text'
    | Json<Events, Untold>
    | ((message: SseMessage) => Events[keyof Events])
    | Decoders<Events, Untold>
    | undefined;
  /** A schema by event type; it sees what `decode` returns. */
  readonly schemas?: Schemas<Events> | undefined;
}

/** A schema for all events. */
interface AllSchemas<Events extends object> extends OfEvents<Events> {
  /** What the schemas see. Default `'json'`. */
  readonly decode?:
    Decoder<unknown> | Partial<Record<EventName<Events>, Decoder<unknown> | undefined>> | undefined;
  /** A schema by event type. */
  readonly schemas: { readonly [K in keyof Events]: StandardSchema<Events[K]> };
}

/** A schema for all that are not strings. */
interface SomeSchemas<Events extends object> extends OfEvents<Events> {
  /** What the schemas see, and the others are. Default: JSON for the types that have a schema, text for the others. */
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

/** A decoder for all that are not strings. */
interface WithDecode<Events extends object> extends OfEvents<Events> {
  /** `'json'` or a function for all events, or one of these by event type. */
  readonly decode:
    | 'json'
    | ((message: SseMessage) => Events[keyof Events])
    | (Decoders<Events, never> & { readonly [K in Decoded<Events>]: Decoder<Events[K]> });
  /** A schema by event type; it sees what `decode` returns. */
  readonly schemas?: Schemas<Events> | undefined;
}

/**
 * How payloads become what `Events` says. Every payload that is not a string needs a decoder or a schema.
 *
 * @example
 * ```ts
 * const options: DecodeOptions<{ tick: { price: number }; news: string }> = { decode: { tick: 'json' } };
 * ```
 */
export type DecodeOptions<Events extends object, Untold = never> = [Decoded<Events>] extends [never]
  ? MayDecode<Events, Untold>
  : AllSchemas<Events> | SomeSchemas<Events> | WithDecode<Events>;
