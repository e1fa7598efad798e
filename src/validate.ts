import { misuse, needGlobals } from './errors.js';
import type { UrlSource } from './connection/request-options.js';
import { resolveUrl } from './connection/url.js';
import { hint } from './report.js';

/** Options as they come from JavaScript: anything. */
type Unchecked = Readonly<Record<string, unknown>>;

const COUNT = 'a number, 0 or more';
/** With 0 for one of these, every attempt would fail. */
const LIMIT = 'a positive number';
const DECODER = '"text", "json" or a function';

/** What the options of every request must be. */
const REQUEST = {
  withCredentials: 'a boolean',
  lastEventId: 'a string',
  lastEventIdParam: 'a string',
  method: 'a string',
  until: 'a string or a function',
  fetch: 'a function',
  failOn: 'a function',
  refreshAuth: 'a function',
  redirect: '"follow" or "error"',
  openTimeout: LIMIT,
  idleTimeout: LIMIT,
  maxEventSize: LIMIT,
};

/** What the other options of a client must be. */
const CLIENT = {
  transport: '"auto", "native", "fetch" or a function',
  EventSource: 'a function',
  resumed: 'a function',
  share: 'a function: what sharedConnection(name) returns',
  storageKey: 'a string',
  autoConnect: 'a boolean',
  debug: 'a boolean or a function',
  retryInterval: COUNT,
  retry: 'false, a number of attempts, or an object',
};

const RETRY = {
  limit: COUNT,
  factor: COUNT,
  maxInterval: COUNT,
  maxElapsed: COUNT,
  jitter: 'a boolean',
  shouldRetry: 'a function',
};

function check(valid: unknown, cure: string, entry = 'options'): asserts valid {
  if (!valid) throw misuse(cure, entry);
}

/** The words are the check: they name each type that's allowed, or the value itself. */
function checkOption(name: string, value: unknown, words: string): void {
  check(
    value === undefined ||
      (value !== null && words.includes(typeof value)) ||
      (value === false && words.startsWith('false')) ||
      (typeof value === 'string' && /^\w+$/.test(value) && words.includes(`"${value}"`)),
    `\`${name}\` must be ${words}.`,
  );
}

function checkOptions(options: Unchecked, wording: Readonly<Record<string, string>>): void {
  for (const [name, words] of Object.entries(wording)) {
    const value = options[name];
    const isTooSmall = typeof value === 'number' && !(value > 0 || (value === 0 && words !== LIMIT));
    checkOption(name, isTooSmall ? null : value, words);
  }
}

/** An object or an array. Fetch would send it as "[object Object]". */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}

/** Checks that there's an object to read options from. Throws `TypeError`. */
export function validateOptions(given: unknown): asserts given is Unchecked {
  check(typeof given === 'object' && given !== null, 'The options must be an object.');
}

/** Checks the options of every request. Throws `TypeError`. */
export function validateRequest(url: UrlSource, options: unknown): void {
  validateOptions(options);
  const { lastEventIdParam, signal, json, body } = options;
  // Null has always counted as none here.
  checkOption('headers', options.headers ?? undefined, 'an object, or a function that returns one');
  checkOptions(options, REQUEST);
  check(lastEventIdParam !== '', '`lastEventIdParam` must not be empty.');
  // Not `instanceof`: a signal from an iframe works, too. Fetch takes null for none.
  check(
    typeof ((signal ?? { aborted: false }) as Unchecked).aborted === 'boolean',
    '`signal` must be an AbortSignal.',
    'signal',
  );
  check(
    json === undefined || (body ?? undefined) === undefined,
    'Give `json` or `body`, not both.',
    'body-twice',
  );
  check(!isPlain(body), '`body` must not be an object or an array: give that as `json`.', 'body-object');
  check(
    typeof url === 'function' ||
      typeof (options.fetch ?? options.EventSource ?? options.transport) === 'function' ||
      !/^(?:file|ftp|wss?|mailto|about|javascript):/.test(resolveUrl(url)),
    'The URL must be http: or https:. A page opened as a file must be served.',
    'url-scheme',
  );
}

/** Checks what `parseSse` reads. Throws `TypeError`. */
export function validateSource(source: unknown): void {
  const isObject = typeof source === 'object' && source !== null;
  check(
    isObject && ('getReader' in source || Symbol.asyncIterator in source || 'body' in source),
    'The source must be a Response or a stream of bytes. For text, use `createSseParser`.',
    'source',
  );
}

/** Checks the options of a client. Throws `TypeError`. */
export function validateClient(url: UrlSource, options: unknown): void {
  validateOptions(options);
  const { retry } = options;
  // Other transports may bring text.
  if (typeof options.transport !== 'function') needGlobals('TextDecoder');
  checkOptions(options, CLIENT);
  checkOption('storage', options.storage ?? undefined, 'an object with getItem and setItem, or a function');
  if (typeof retry === 'object') checkOptions(retry as Unchecked, RETRY);
  validateRequest(url, options);
  validateDecodes(options);
}

/** Checks what a `FetchEventSource` takes beyond the standard. Null counts as none. */
export function validateSourceInit(given: object): void {
  const options = given as Unchecked;
  const names = [
    'method',
    'fetch',
    'redirect',
    'openTimeout',
    'idleTimeout',
    'lastEventIdParam',
    'refreshAuth',
  ];
  const words = { ...REQUEST, ...CLIENT } as Readonly<Record<string, string>>;
  for (const name of [...names, 'retry', 'retryInterval'])
    checkOptions({ [name]: options[name] ?? undefined }, { [name]: words[name] ?? '' });
  if (typeof options.retry === 'object') checkOptions((options.retry ?? {}) as Unchecked, RETRY);
  hintAt(options, [...names, 'retry', 'retryInterval', 'headers', 'body', 'withCredentials']);
}

function checkSchema(name: string, schema: unknown): void {
  check(
    schema === undefined || isSchema(schema),
    `\`${name}\` must be a Standard Schema: of zod 3.24, valibot 1, arktype 2, or newer.`,
    'schema',
  );
}

/** Some libraries' schemas are functions. */
const isSchema = (value: unknown) =>
  typeof (value as { readonly '~standard'?: Unchecked } | null | undefined)?.['~standard']?.validate ===
  'function';

/** Checks the decoding of one stream's payloads. Throws `TypeError`. */
export function validateDecode(given: unknown): void {
  validateOptions(given);
  const { decode, schema } = given;
  checkOption('decode', decode, DECODER);
  checkSchema('schema', schema);
}

/** Checks the decoding of each event type. */
function validateDecodes(given: object): void {
  const { decode, schemas } = given as Unchecked;
  checkOption('decode', decode, `${DECODER}, or an object with one of these by event type`);
  if (typeof decode === 'object') {
    for (const [type, decoder] of Object.entries(decode ?? {})) {
      checkOption(`decode.${type}`, decoder, DECODER);
    }
  }
  checkOption('schemas', isSchema(schemas) ? null : schemas, 'an object with a schema by event type');
  for (const [type, schema] of Object.entries(schemas ?? {})) checkSchema(`schemas.${type}`, schema);
}

/** What `parseSse` reads with: the options of no request. */
const READ = ['until', 'failOn', 'lastEventId', 'maxEventSize', 'signal', 'decode', 'schema'];

/**
 * Gives a hint at each option that nobody looks at: a typo, or an option of another function.
 *
 * @param say - Takes the hint. Default: the console.
 */
export function hintAtUnknown(given: object, taker: 'client' | 'fetch' | 'parse', say = hint): void {
  const request = [...Object.keys(REQUEST), 'headers', 'body', 'json', 'signal', 'decode'];
  const known = {
    client: [...request, ...Object.keys(CLIENT), 'storage', 'schemas'],
    fetch: [...request, 'schema'],
    parse: READ,
  }[taker];
  hintAt(given, known, say);
  const { retry } = given as Unchecked;
  if (taker === 'client' && typeof retry === 'object') hintAt(retry ?? {}, Object.keys(RETRY), say);
}

function hintAt(given: object, known: readonly string[], say = hint): void {
  // With the inherited ones, which are heeded, too.
  for (const name in given) {
    if (known.includes(name) || (given as Unchecked)[name] === undefined) continue;
    const similar = known.find((other) => areSimilar(name.toLowerCase(), other.toLowerCase()));
    const cure = similar ? `: did you mean ${similar}?` : name in CLIENT ? ': only SseClient takes it.' : '.';
    say(`there's no option ${name}${cure}`);
  }
}

/** Whether one name holds the other, as `header` and `headers` do. */
function areSimilar(some: string, other: string): boolean {
  return Math.min(some.length, other.length) > 3 && (some.includes(other) || other.includes(some));
}

/** Checks what a hook takes besides the options of a client. Throws `TypeError`. */
export function validateComponent(options: unknown): void {
  validateOptions(options);
  checkOptions(options, { onOpen: 'a function', onError: 'a function', key: 'a string or a number' });
}

/** Checks the client, and the function for events if there is one, of a hook. Throws `TypeError`. */
export function validateHook(client: unknown, ...callback: unknown[]): void {
  check(
    (client ?? undefined) === undefined || typeof (client as Unchecked).on === 'function',
    'The first argument must be a client, as in `const { client } = useSse(url)`.',
    'hook-client',
  );
  check(
    callback.every((each) => typeof each === 'function'),
    'The third argument must be a function.',
    'hook-function',
  );
}

/** Checks how far a loop may fall behind. Throws `TypeError`. */
export function validateLimit(limit: unknown): void {
  check(typeof limit === 'number' && limit >= 1, '`limit` must be a number of events, 1 or more.');
}
