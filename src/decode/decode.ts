import { SseError, type SseErrorDetails } from '../errors.js';
import type { Impossible } from '../impossible.js';
import type { Decode, SseMessage } from '../message.js';

/**
 * What a schema returns.
 *
 * @example
 * ```ts
 * const refused: SchemaResult<number> = { issues: [{ message: 'Not a number.' }] };
 * ```
 */
export type SchemaResult<T> =
  { readonly value: T; readonly issues?: undefined } | { readonly issues: readonly unknown[] };

/**
 * A schema from any library that implements Standard Schema (https://standardschema.dev): zod,
 * valibot, arktype and others.
 *
 * @example
 * ```ts
 * const price: StandardSchema<number> = {
 *   '~standard': {
 *     version: 1,
 *     vendor: 'by hand',
 *     validate: (value) =>
 *       typeof value === 'number' ? { value } : { issues: [{ message: 'Not a number.' }] },
 *   },
 * };
 * const client = new SseClient('/api/prices', { schemas: { price } });
 * client.on('price', (event) => show(event.data.toFixed(2)));
 * ```
 */
export interface StandardSchema<T = unknown> {
  /** The interface that these libraries share. */
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<T> | Promise<SchemaResult<T>>;
    readonly types?: { readonly input: unknown; readonly output: T } | undefined;
  };
}

/**
 * How a payload is read: as JSON, by your function, or, if it's a string, unchanged. A function
 * that throws causes a `decode` error. `'json'` skips events of type `message` whose data is blank:
 * they're keep-alives.
 *
 * @example
 * ```ts
 * const toDate: Decoder<Date> = ({ raw }) => new Date(raw);
 * const client = new SseClient<{ tick: Date }>('/api/clock', { decode: { tick: toDate } });
 * ```
 */
export type Decoder<T> = 'json' | ((message: SseMessage) => T) | (string extends T ? 'text' : never);

/**
 * Payloads as text, unchanged.
 *
 * @example
 * ```ts
 * for await (const { data } of fetchSse('/api/log')) output.append(data); // a string
 * ```
 */
export interface AsText {
  /** Default `'text'`. */
  readonly decode?: 'text' | undefined;
  readonly schema?: undefined;
}

/**
 * Payloads that you declare to be a `T`: nothing checks what the JSON holds.
 *
 * @example
 * ```ts
 * const prices = fetchSse<{ price: number }>('/api/prices', { decode: 'json' });
 * for await (const { data } of prices) show(data.price.toFixed(2));
 * ```
 */
export interface AsValue<T> {
  /**
   * A function that throws causes a `decode` error. `'json'` skips events with blank data: they're
   * keep-alives.
   */
  readonly decode: 'json' | ((message: SseMessage) => T);
  readonly schema?: undefined;
}

/**
 * Payloads that a schema has checked.
 *
 * @example
 * ```ts
 * import { z } from 'zod';
 *
 * const schema = z.object({ price: z.number() });
 * for await (const { data } of fetchSse('/api/prices', { schema })) show(data.price.toFixed(2));
 * ```
 */
export interface BySchema<T, Raw = unknown> {
  /** How the data is read before the schema checks it. Default `'json'`. */
  readonly decode?: Decoder<Raw> | undefined;
  /** A Standard Schema, which may be asynchronous. */
  readonly schema: StandardSchema<T>;
}

/**
 * The arguments of a call that says what its payloads are, and not how to read them. Of another
 * call, these are more than anybody gives, so that the compiler doesn't consider them.
 */
export type WithoutDecode<T> = unknown extends T
  ? [never, never, never, never]
  : [from: Impossible<"payloads that aren't strings need options: `decode` or `schema`">];

/** Options of {@link createDecode}, unchecked. */
export interface DecodeSetting {
  readonly decode?: Decoder<unknown> | undefined;
  readonly schema?: StandardSchema | undefined;
}

/**
 * Never falls back from JSON to text: a payload is what its type says, or an error. Returns
 * `undefined` for text, unchanged. With a schema, the default is JSON.
 *
 * @param skipsNamed - Whether to skip blank JSON in events of other types, too.
 */
export function createDecode(
  { schema, decode = schema ? 'json' : 'text' }: DecodeSetting,
  skipsNamed = false,
): Decode | undefined {
  if (decode === 'text' && !schema) return undefined;
  return (message) => {
    if (decode === 'json' && !message.raw.trim() && (skipsNamed || message.type === 'message'))
      return undefined;
    const fail = (what: string, details: SseErrorDetails): never => {
      const { type, raw } = message;
      throw new SseError('decode', `The data of an event "${type}" ${what}.`, {
        ...details,
        event: type,
        raw,
      });
    };
    const settle = (result: SchemaResult<unknown> | undefined): SseMessage<unknown> => {
      if (!result) return fail('got no result from its schema', { help: 'decode-result' });
      const { issues } = result;
      if (issues) return fail('does not fit its schema', { issues, help: 'decode-schema' });
      return { ...message, data: result.value };
    };
    const giveUp = (cause: unknown) => fail('could not be decoded', { cause });

    type Result = SchemaResult<unknown> | Promise<SchemaResult<unknown>>;
    let result: Result | undefined;
    try {
      const data: unknown =
        decode === 'json' ? JSON.parse(message.raw) : decode === 'text' ? message.raw : decode(message);
      if (!schema) return { ...message, data };
      // Nothing, if the schema forgot to return.
      const validate: (value: unknown) => Result | undefined = schema['~standard'].validate;
      result = validate.call(schema['~standard'], data);
    } catch (cause) {
      return giveUp(cause);
    }
    // The promise may come from another realm, or from a library.
    return result && 'then' in result ? Promise.resolve(result).catch(giveUp).then(settle) : settle(result);
  };
}

/** Options of {@link createDecodes}, unchecked. */
export interface DecodeSettings {
  readonly decode?: Decoder<unknown> | Readonly<Record<string, Decoder<unknown> | undefined>> | undefined;
  readonly schemas?: Readonly<Record<string, StandardSchema | undefined>> | undefined;
}

/**
 * Returns a function that finds the decoder of an event type: `undefined` if it's text. Returns
 * `undefined` if all types are.
 */
export function createDecodes({
  decode,
  schemas = {},
}: DecodeSettings): ((type: string) => Decode | undefined) | undefined {
  const general = typeof decode === 'object' ? undefined : decode;
  const decoders = new Map(typeof decode === 'object' ? Object.entries(decode) : []);
  const schemaOf = new Map(Object.entries(schemas));
  const decodes = new Map<string, Decode | undefined>();
  for (const type of [...decoders.keys(), ...schemaOf.keys()]) {
    decodes.set(type, createDecode({ decode: decoders.get(type) ?? general, schema: schemaOf.get(type) }));
  }
  const others = createDecode({ decode: general });
  // Skips the lookup, which would hash the type.
  if (decodes.size === 0) return others && (() => others);
  return (type) => decodes.get(type) ?? others;
}
