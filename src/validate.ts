import { headersOf, resolveUrl } from './request.js';

/** What native `EventSource` cannot do, by the option that asks for it. */
const BEYOND_NATIVE = {
  headers: 'send headers',
  method: 'send anything but GET',
  body: 'send a body',
  json: 'send a body',
  openTimeout: 'time out',
  idleTimeout: 'see bytes',
  maxEventSize: 'limit events',
  redirect: 'control redirects',
  fetch: 'use fetch',
  resumed: 'see response headers',
};

const TRANSPORTS: readonly unknown[] = ['auto', 'native', 'fetch'];
const REDIRECTS: readonly unknown[] = [undefined, 'follow', 'error'];
/** With 0 of these every attempt would fail. */
const LIMITS = ['openTimeout', 'idleTimeout', 'maxEventSize'];
const RETRY_NUMBERS = ['limit', 'factor', 'maxInterval', 'maxElapsed'];

/** Options as they come from JavaScript: anything. */
type Unchecked = Readonly<Record<string, unknown>>;

function check(valid: unknown, cure: string): asserts valid {
  if (!valid) throw new TypeError(cure);
}

function checkType(
  type: 'string' | 'function' | 'boolean',
  names: readonly string[],
  options: Unchecked,
): void {
  for (const name of names) {
    check(options[name] === undefined || typeof options[name] === type, `\`${name}\` must be a ${type}.`);
  }
}

function checkNumbers(names: readonly string[], options: Unchecked): void {
  for (const name of names) {
    const value = options[name] ?? 0;
    check(typeof value === 'number' && value >= 0, `\`${name}\` must be a number, 0 or more.`);
  }
}

function checkLimits(options: Unchecked): void {
  for (const name of LIMITS) {
    const value = options[name] ?? 1;
    check(
      typeof value === 'number' && value > 0,
      `\`${name}\` must be a number above 0. Leave it out for the default.`,
    );
  }
}

/** An object or an array, which fetch would send as "[object Object]". */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}

/** Whether one of the options is beyond native. */
export function asksFetch(options: object): boolean {
  return Object.keys(BEYOND_NATIVE).some((name) => (options as Unchecked)[name] !== undefined);
}

/** Rejects what cannot work, with the cure, before anything is sent. Throws `TypeError`. */
export function validate(url: unknown, given: object): void {
  const options = given as Unchecked;
  const {
    transport,
    retry,
    method = 'POST',
    headers,
    json,
    redirect,
    until,
    lastEventId = '',
    lastEventIdParam,
    signal,
    storage,
    storageKey,
    debug,
    share,
  } = options;
  const body = options.body ?? undefined;
  if (typeof url !== 'function') {
    const { protocol } = new URL(resolveUrl(url));
    check(
      typeof transport === 'function' ||
        typeof options.fetch === 'function' ||
        typeof options.EventSource === 'function' ||
        /^(https?|data|blob|.+-extension):$/.test(protocol),
      `The URL must be http: or https:, not ${protocol} A page opened as a file must be served.`,
    );
  }
  check(
    typeof transport === 'function' || TRANSPORTS.includes(transport),
    "`transport` must be 'auto', 'native', 'fetch', or a function.",
  );
  checkNumbers(['retryInterval'], options);
  checkLimits(options);
  if (typeof retry === 'object' && retry) {
    checkNumbers(RETRY_NUMBERS, retry as Unchecked);
    checkType('function', ['shouldRetry'], retry as Unchecked);
    checkType('boolean', ['jitter'], retry as Unchecked);
  } else if (retry !== undefined && retry !== false) {
    check(
      typeof retry === 'number' && retry >= 0,
      '`retry` must be false, a number of attempts, or an object.',
    );
  }
  checkType('string', ['method', 'lastEventId', 'lastEventIdParam', 'storageKey'], options);
  check(lastEventIdParam !== '', '`lastEventIdParam` must not be empty.');
  checkType('function', ['fetch', 'EventSource', 'resumed'], options);
  check(
    ['undefined', 'string', 'function'].includes(typeof until),
    '`until` must be a string or a function.',
  );
  checkType('boolean', ['withCredentials', 'autoConnect'], options);
  check(
    typeof lastEventId === 'string' && !/[\0\r\n]/.test(lastEventId),
    '`lastEventId` must not hold CR, LF or NUL: no stream can have sent it.',
  );
  check(signal === undefined || signal instanceof AbortSignal, '`signal` must be an AbortSignal.');
  check(
    ['undefined', 'boolean', 'function'].includes(typeof debug),
    '`debug` must be a boolean or a function.',
  );
  if (headers !== undefined && typeof headers !== 'function') headersOf(headers as HeadersInit);
  check(REDIRECTS.includes(redirect), "`redirect` must be 'follow' or 'error'.");
  check(json === undefined || body === undefined, 'Give `json` or `body`, not both.');
  check(!isPlain(body), '`body` must be something fetch can send. Give an object or an array as `json`.');
  check(
    (json === undefined && body === undefined) ||
      (typeof method === 'string' && !/^(get|head)$/i.test(method)),
    'A GET or HEAD request has no body: take `method` away, or `json` and `body`.',
  );
  check(
    !storage || typeof url !== 'function' || storageKey,
    '`storage` needs a `storageKey` where the URL is a function.',
  );
  check(
    share === undefined || typeof share === 'function',
    '`share` must be what sharedConnection(name) returns.',
  );
  const isGet =
    json === undefined &&
    body === undefined &&
    (typeof options.method !== 'string' || /^get$/i.test(options.method));
  check(
    !share || isGet || retry !== undefined,
    '`share`: a tab that takes over would send the request once more, which only a GET allows. Give `retry` if yours may be repeated.',
  );
  if (transport === 'native') {
    for (const [name, deed] of Object.entries(BEYOND_NATIVE)) {
      check(
        options[name] === undefined,
        `\`${name}\`: native EventSource cannot ${deed}. Use transport: 'auto' or 'fetch'.`,
      );
    }
    check(
      (!lastEventId && !storage && !share) || lastEventIdParam,
      `\`${lastEventId ? 'lastEventId' : storage ? 'storage' : 'share'}\`: native EventSource cannot send an id as a header at first. Give \`lastEventIdParam\`, or use transport: 'auto' or 'fetch'.`,
    );
  }
}

const isDecoder = (value: unknown) => value === 'text' || value === 'json' || typeof value === 'function';

/** The schemas of some libraries are functions. */
function isSchema(value: unknown): boolean {
  const standard =
    (typeof value === 'object' && value) || typeof value === 'function'
      ? (value as { readonly '~standard'?: Unchecked | undefined })['~standard']
      : undefined;
  return typeof standard?.validate === 'function';
}

const entries = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value && !isSchema(value) ? Object.entries(value) : [];

const NO_SCHEMA = 'must be a Standard Schema: one of zod 3.24 or newer, valibot 1, arktype 2, and others.';

/** For all payloads of one stream. Throws `TypeError`. */
export function validateDecode(given: object): void {
  const { decode, schema } = given as Unchecked;
  check(decode === undefined || isDecoder(decode), "`decode` must be 'text', 'json' or a function.");
  check(schema === undefined || isSchema(schema), `\`schema\` ${NO_SCHEMA}`);
}

/** By event type. Throws `TypeError`. */
export function validateDecodes(given: object): void {
  const { decode, schemas } = given as Unchecked;
  check(
    decode === undefined || isDecoder(decode) || (typeof decode === 'object' && decode),
    "`decode` must be 'text', 'json', a function, or an object with one of these by event type.",
  );
  for (const [type, decoder] of entries(decode)) {
    check(
      decoder === undefined || isDecoder(decoder),
      `\`decode\` of "${type}" must be 'text', 'json' or a function.`,
    );
  }
  check(
    schemas === undefined || (typeof schemas === 'object' && schemas && !isSchema(schemas)),
    '`schemas` must be an object with a schema by event type: { tick: schema }.',
  );
  for (const [type, schema] of entries(schemas)) {
    check(schema === undefined || isSchema(schema), `The schema of "${type}" ${NO_SCHEMA}`);
  }
}

/** How far a loop may fall behind. Throws `TypeError`. */
export function validateLimit(limit: unknown): void {
  check(typeof limit === 'number' && limit >= 1, '`limit` must be a number of events, 1 or more.');
}
