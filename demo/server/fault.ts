import { BadRequest } from './bad-request.ts';
import { MAX_MS } from './query.ts';

/** Faults that refuse a request instead of streaming. */
export const refusals = [
  'unavailable',
  'unauthorized',
  'not-found',
  'content-type',
  'no-content',
  'reset',
] as const;

const kinds = [...refusals, 'slow-open', 'cut', 'silence', 'bad-payload', 'bad-shape'] as const;

export type Refusal = (typeof refusals)[number];
export type FaultKind = (typeof kinds)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** How many requests it affects. For `bad-payload` and `bad-shape`, how many ticks. */
  readonly times: number;
  /** `cut`, `silence`: how many events are sent first. */
  readonly after: number;
  /**
   * `slow-open`: how long the headers are delayed. `silence`: how long nothing is sent (forever if
   * not set).
   */
  readonly ms: number | undefined;
  /** `unavailable`: the value of Retry-After, in seconds or as a date. */
  readonly retryAfter: string | undefined;
}

// Browsers repeat a request by themselves when a kept-alive connection is reset, so one reset often
// goes unnoticed.
const defaultTimes: Partial<Record<FaultKind, number>> = { unavailable: 3, reset: 3 };

/** Reads a fault from the body of `POST /api/faults`. */
export function readFault(input: object): Fault {
  const given = new Map<string, unknown>(Object.entries(input));
  const kind = kinds.find((known) => known === given.get('kind'));
  if (kind === undefined) throw new BadRequest(`"kind" must be one of ${kinds.join(', ')}`);
  return {
    kind,
    times: count(given, 'times') ?? defaultTimes[kind] ?? 1,
    after: count(given, 'after') ?? 0,
    ms: count(given, 'ms') ?? (kind === 'slow-open' ? 5000 : undefined),
    retryAfter: retryAfterFrom(given.get('retryAfter')),
  };
}

/** What the numbers in `?fault=kind:first:second` mean. */
const numbersOf: Record<FaultKind, readonly string[]> = {
  unavailable: ['times', 'retryAfter'],
  unauthorized: ['times'],
  'not-found': ['times'],
  'content-type': ['times'],
  'no-content': ['times'],
  reset: ['times'],
  'slow-open': ['ms', 'times'],
  cut: ['after', 'times'],
  silence: ['after', 'ms'],
  'bad-payload': ['times'],
  'bad-shape': ['times'],
};

/**
 * Reads the faults of a query: `?fault=unavailable:3`, `?fault=cut:5,unavailable:2:1`. With
 * `?session=`, the first request that names them arms them, and they count that session's requests.
 * Without it, every request stands alone: `unavailable:3` is always a 503, and `cut:5` cuts each
 * connection after five events.
 */
export function faultsInQuery(text: string): Fault[] {
  return text.split(',').map((part) => {
    const [name, ...numbers] = part.split(':');
    const kind = kinds.find((known) => known === name);
    const names = kind === undefined ? [] : numbersOf[kind];
    if (numbers.length > names.length || !numbers.every((number) => /^\d+$/.test(number))) {
      throw new BadRequest('"fault" must be kind, kind:number or kind:number:number');
    }
    const given = numbers.map((number, index) => [names[index] ?? '', Number(number)] as const);
    return readFault({ kind, ...Object.fromEntries(given) });
  });
}

function count(given: ReadonlyMap<string, unknown>, name: string): number | undefined {
  const value = given.get(name);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw new BadRequest(`"${name}" must be a whole number, 0 or more`);
  }
  return Math.min(value, MAX_MS);
}

function retryAfterFrom(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  // A malformed value is fine, because clients have to cope with it. Refuse only what can't be a
  // header value.
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !/^[\x20-\x7e]{1,64}$/.test(text)) {
    throw new BadRequest('"retryAfter" must be a number of seconds or a date');
  }
  return text;
}
