import { BadRequest } from './bad-request.ts';
import { longest } from './query.ts';

/** Answered instead of a stream. */
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
  /** How many requests it hits; `bad-payload`, `bad-shape`: how many ticks. */
  readonly times: number;
  /** `cut`, `silence`: how many events go out first. */
  readonly after: number;
  /** `slow-open`: how long the headers are held back. `silence`: how long nothing is sent; without it, for good. */
  readonly ms: number | undefined;
  /** `unavailable`: the value of Retry-After, seconds or a date. */
  readonly retryAfter: string | undefined;
}

// A browser repeats a request by itself when a kept-alive connection is reset under it, so one reset is often not seen.
const defaultTimes: Partial<Record<FaultKind, number>> = { unavailable: 3, reset: 3 };

/** A fault from the body of `POST /api/faults`. */
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
 * The faults of a query: `?fault=unavailable:3`, `?fault=cut:5,unavailable:2:1`. With `?session=` they are armed by the
 * first request that names them, and the requests of that session count. Without it every request stands alone:
 * `unavailable:3` is a 503 each time, and `cut:5` cuts each connection after five events.
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
  return Math.min(value, longest);
}

function retryAfterFrom(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  // A malformed value is welcome, a client has to cope with it; only what is no header value at all is not.
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !/^[\x20-\x7e]{1,64}$/.test(text)) {
    throw new BadRequest('"retryAfter" must be a number of seconds or a date');
  }
  return text;
}
