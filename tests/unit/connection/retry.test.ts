import { afterEach, describe, expect, test, vi } from 'vitest';
import { SseError, type SseErrorCode } from '../../../src/errors.ts';
import { parseRetryAfter } from '../../../src/stream/retry-after.ts';
import { retryDelay, retryPolicy, shouldRetry, type RetryOptions } from '../../../src/connection/retry.ts';
import { recordErrors, reportError } from '../setup.ts';

const longest = 2 ** 31 - 1;

recordErrors();
afterEach(() => {
  vi.restoreAllMocks();
});

function drawn(fraction: number): void {
  vi.spyOn(Math, 'random').mockReturnValue(fraction);
}

const exact = retryPolicy({ jitter: false });

describe('the delay without jitter', () => {
  test.for([
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [4, 8000],
    [5, 16_000],
    [6, 30_000],
    [7, 30_000],
    [100_000, 30_000],
  ] as const)('after failure %d is exactly %d ms', ([failures, delay]) => {
    expect(retryDelay(exact, 1000, failures)).toBe(delay);
  });

  test.for([
    ['the interval of the server or the caller', exact, 250, 3, 1000],
    ['the factor', retryPolicy({ jitter: false, factor: 3 }), 1000, 3, 9000],
    ['a factor of 1, which keeps it constant', retryPolicy({ jitter: false, factor: 1 }), 1000, 9, 1000],
    ['the maximum', retryPolicy({ jitter: false, maxInterval: 5000 }), 1000, 9, 5000],
    ['a maximum under the interval', retryPolicy({ jitter: false, maxInterval: 500 }), 1000, 1, 500],
  ] as const)('follows %s', ([, policy, interval, failures, delay]) => {
    expect(retryDelay(policy, interval, failures)).toBe(delay);
  });
});

describe('the delay with jitter', () => {
  test.for([
    ['nothing', 0, 3, 100],
    ['the middle', 0.5, 3, 2000],
    ['nearly all', 1 - 2 ** -53, 3, 4000],
    ['the middle of the maximum', 0.5, 50, 15_000],
  ] as const)('is drawn from the whole of it: %s', ([, fraction, failures, delay]) => {
    drawn(fraction);
    expect(retryDelay(retryPolicy(undefined), 1000, failures)).toBeCloseTo(delay, 3);
  });

  test('is spread evenly, and never over the curve', () => {
    const policy = retryPolicy({});
    const delays = Array.from({ length: 4000 }, () => retryDelay(policy, 1000, 4));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...delays)).toBeLessThanOrEqual(8000);
    for (const quarter of [2000, 4000, 6000]) {
      const share = delays.filter((delay) => delay < quarter).length / delays.length;
      expect(share).toBeCloseTo(quarter / 8000, 1);
    }
  });
});

describe('the delay', () => {
  test.for([
    ['an interval of 0', exact, 0, 1],
    ['a negative interval', exact, -5000, 1],
    ['a maximum of 0', retryPolicy({ jitter: false, maxInterval: 0 }), 1000, 1],
    ['a factor of 0', retryPolicy({ jitter: false, factor: 0 }), 1000, 2],
    ['an interval of 0 after more failures than 2 has powers', exact, 0, 2000],
  ] as const)('is never under 100 ms: %s', ([, policy, interval, failures]) => {
    expect(retryDelay(policy, interval, failures)).toBe(100);
  });

  test.for([
    ['an interval', retryPolicy({ jitter: false, maxInterval: Infinity }), 2 ** 40, undefined],
    ['an endless curve', retryPolicy({ jitter: false, maxInterval: Infinity, factor: 10 }), 1000, undefined],
    ['a Retry-After', exact, 1000, 2 ** 40],
    ['a Retry-After with jitter on top', retryPolicy({}), 1000, longest],
  ] as const)('is never more than a timer can keep: %s', ([, policy, interval, retryAfter]) => {
    expect(retryDelay(policy, interval, 1000, retryAfter)).toBe(longest);
  });

  test.for([
    [10_000, 10_000],
    [500, 1000],
    [0, 1000],
  ] as const)('has Retry-After as its floor: %d ms make it %d', ([retryAfter, delay]) => {
    expect(retryDelay(exact, 1000, 1, retryAfter)).toBe(delay);
  });

  test.for([
    [0, 10_000],
    [0.5, 12_000],
    [0.75, 13_000],
  ] as const)('goes upward from Retry-After: drawing %d of it makes it %d ms', ([fraction, delay]) => {
    drawn(fraction);
    expect(retryDelay(retryPolicy({}), 1000, 3, 10_000)).toBe(delay);
  });

  test('may be longer than maxInterval when Retry-After says so', () => {
    expect(retryDelay(exact, 1000, 1, 120_000)).toBe(120_000);
  });
});

describe('what is retried by default', () => {
  const retried: [SseErrorCode, number | undefined][] = [
    ['network', undefined],
    ['timeout', undefined],
    ['failed', undefined],
    ...[408, 425, 429, 500, 502, 503, 504, 599].map((status): [SseErrorCode, number] => ['http', status]),
  ];
  const final: [SseErrorCode, number | undefined][] = [
    ['no-content', 204],
    ['content-type', 200],
    ['overflow', undefined],
    ['decode', undefined],
    ...[201, 301, 400, 401, 403, 404, 409, 410, 418, 451].map((status): [SseErrorCode, number] => [
      'http',
      status,
    ]),
    ['http', undefined],
  ];
  const policy = retryPolicy(undefined);

  test.for(retried)('%s %s is', ([code, status]) => {
    expect(shouldRetry(policy, new SseError(code, '', { status }), 1, 0)).toBe(true);
  });
  test.for(final)('%s %s is not', ([code, status]) => {
    expect(shouldRetry(policy, new SseError(code, '', { status }), 1, 0)).toBe(false);
  });
  test('no number of failures and no time is too much', () => {
    expect(shouldRetry(policy, new SseError('network', ''), 1_000_000, 1e12)).toBe(true);
  });
});

describe('the policy', () => {
  const network = new SseError('network', '');
  const notFound = new SseError('http', '', { status: 404 });

  test('false never retries', () => {
    expect(shouldRetry(retryPolicy(false), network, 1, 0)).toBe(false);
  });

  test('is what `shouldRetry` is called on', () => {
    const policy: RetryOptions = {
      limit: 7,
      shouldRetry() {
        return this.limit !== 7;
      },
    };
    expect(shouldRetry(retryPolicy(policy), network, 1, 0)).toBe(false);
  });

  test('a number is the limit of failures in a row', () => {
    expect([1, 2, 3, 4].map((failures) => shouldRetry(retryPolicy(3), network, failures, 0))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(shouldRetry(retryPolicy(0), network, 1, 0)).toBe(false);
  });

  test('limit in an object is the same limit', () => {
    const policy = retryPolicy({ limit: 1 });
    expect([1, 2].map((failures) => shouldRetry(policy, network, failures, 0))).toEqual([true, false]);
  });

  test('maxElapsed ends it when failures have gone on for longer', () => {
    const policy = retryPolicy({ maxElapsed: 60_000 });
    expect([0, 60_000, 60_001].map((elapsed) => shouldRetry(policy, network, 1, elapsed))).toEqual([
      true,
      true,
      false,
    ]);
  });

  test.for([
    ['true retries what is final', true, notFound, true],
    ['false ends what is retried', false, network, false],
    ['undefined leaves network to the default rule', undefined, network, true],
    ['undefined leaves 404 to the default rule', undefined, notFound, false],
  ] as const)('shouldRetry: %s', ([, answer, error, expected]) => {
    const decide = vi.fn(() => answer);
    expect(shouldRetry(retryPolicy({ shouldRetry: decide }), error, 1, 0)).toBe(expected);
    expect(decide.mock.calls).toEqual([[error]]);
  });

  test.for([
    ['retries', network, true],
    ['does not retry', notFound, false],
  ] as const)('a shouldRetry that throws is reported, and the default rule %s', ([, error, expected]) => {
    const bug = new Error('a bug');
    const policy = retryPolicy({
      shouldRetry: () => {
        throw bug;
      },
    });
    expect(shouldRetry(policy, error, 1, 0)).toBe(expected);
    expect(reportError.mock.calls).toEqual([[bug]]);
  });

  test('limit and maxElapsed hold over a shouldRetry that always says yes', () => {
    const policy = retryPolicy({ limit: 2, maxElapsed: 1000, shouldRetry: () => true });
    expect(shouldRetry(policy, network, 2, 0)).toBe(true);
    expect(shouldRetry(policy, network, 3, 0)).toBe(false);
    expect(shouldRetry(policy, network, 1, 1001)).toBe(false);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-02T03:04:05Z');

  test.for([
    ['0', 0],
    ['7', 7000],
    ['120', 120_000],
    ['99999999999', longest],
    ['Fri, 02 Jan 2026 03:04:35 GMT', 30_000],
    ['Fri, 02 Jan 2026 03:04:00 GMT', 0],
    ['Fri, 02 Jan 2099 03:04:00 GMT', longest],
  ] as const)('%s is %d ms', ([value, ms]) => {
    expect(parseRetryAfter(value, now)).toBe(ms);
  });

  test('that is not there says nothing', () => {
    expect(parseRetryAfter(null, now)).toBeUndefined();
  });

  test.for([
    '',
    'soon',
    '7 seconds',
    '10s',
    '-5',
    '1.5',
    '1e3',
    'in 2099',
    'tomorrow 12:00',
    'Fri, soon GMT',
  ])('%j says nothing', (value) => {
    expect(parseRetryAfter(value, now)).toBeUndefined();
  });
});
