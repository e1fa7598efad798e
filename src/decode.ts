import { SseError } from './errors.js';
import type { SseMessage } from './message.js';

/** What a schema answers. */
export type SchemaResult<T> =
  { readonly value: T; readonly issues?: undefined } | { readonly issues: readonly unknown[] };

/** A schema of any library that speaks Standard Schema (https://standardschema.dev): zod, valibot, arktype and others. */
export interface StandardSchema<T = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<T> | Promise<SchemaResult<T>>;
    readonly types?: { readonly input: unknown; readonly output: T } | undefined;
  };
}

/** How a payload is read: as JSON, by a function, or, where it is a string, as it came. A function that throws makes a `decode` error. */
export type Decoder<T> = 'json' | ((message: SseMessage) => T) | (string extends T ? 'text' : never);

/** From the message as it came to the message as it is typed. Throws, or rejects with, a `decode` {@link SseError}. */
export type Decode = (message: SseMessage) => SseMessage<unknown> | Promise<SseMessage<unknown>>;

/** Never "JSON, else text": a payload is what its type says, or an error. */
export function createDecode(decoder: Decoder<unknown>, schema: StandardSchema | undefined): Decode {
  return (message) => {
    const fail = (what: string, details: { cause?: unknown; issues?: readonly unknown[] }): never => {
      const { type, raw } = message;
      throw new SseError('decode', `The data of an event "${type}" ${what}.`, {
        ...details,
        event: type,
        raw,
      });
    };
    const settle = (result: SchemaResult<unknown>): SseMessage<unknown> =>
      result.issues ? fail('does not fit its schema', result) : { ...message, data: result.value };
    const giveUp = (cause: unknown) => fail('could not be decoded', { cause });

    let result: ReturnType<StandardSchema['~standard']['validate']>;
    try {
      const data: unknown =
        decoder === 'json' ? JSON.parse(message.raw) : decoder === 'text' ? message.raw : decoder(message);
      if (!schema) return { ...message, data };
      result = schema['~standard'].validate(data);
    } catch (cause) {
      return giveUp(cause);
    }
    return result instanceof Promise ? result.catch(giveUp).then(settle) : settle(result);
  };
}

/** Options of {@link createDecodes}, as they come. */
export interface DecodeSettings {
  readonly decode?: Decoder<unknown> | Readonly<Record<string, Decoder<unknown> | undefined>> | undefined;
  readonly schemas?: Readonly<Record<string, StandardSchema | undefined>> | undefined;
}

/** Finds what decodes an event type; `undefined` for text as it comes. A type with a schema is JSON unless `decode` says otherwise. */
export function createDecodes({
  decode,
  schemas = {},
}: DecodeSettings): (type: string) => Decode | undefined {
  const general = typeof decode === 'object' ? undefined : decode;
  const decoders = new Map(typeof decode === 'object' ? Object.entries(decode) : []);
  const schemaOf = new Map(Object.entries(schemas));
  const decodes = new Map<string, Decode>();
  for (const type of [...decoders.keys(), ...schemaOf.keys()]) {
    const schema = schemaOf.get(type);
    decodes.set(type, createDecode(decoders.get(type) ?? general ?? (schema ? 'json' : 'text'), schema));
  }
  const others = general === undefined || general === 'text' ? undefined : createDecode(general, undefined);
  return (type) => decodes.get(type) ?? others;
}
