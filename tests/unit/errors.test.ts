import { describe, expect, test } from 'vitest';
import { SseError } from '../../src/errors.ts';

describe('SseError', () => {
  test('is an Error with a code and a name of its own', () => {
    const error = new SseError('network', 'The stream was lost.');
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(SseError);
    expect([error.code, error.message, error.name]).toEqual(['network', 'The stream was lost.', 'SseError']);
    expect(String(error)).toBe('SseError: The stream was lost.');
  });

  test('has the details it was given as properties', () => {
    const headers = new Headers({ 'retry-after': '7' });
    const details = {
      status: 503,
      headers,
      body: 'busy',
      event: 'tick',
      raw: '{',
      issues: ['not JSON'],
      retryAfter: 7000,
      failures: 2,
      willRetry: true,
    };
    expect(new SseError('http', 'HTTP 503', details)).toMatchObject(details);
  });

  test('has no property for a detail it was not given', () => {
    const error = new SseError('network', 'The stream was lost.', { status: 502 });
    expect('status' in error).toBe(true);
    for (const name of ['headers', 'body', 'event', 'raw', 'issues', 'retryAfter', 'willRetry', 'cause']) {
      expect(name in error, name).toBe(false);
    }
  });

  test('keeps the cause as Error does: own, and not enumerable', () => {
    const cause = new TypeError('Failed to fetch');
    const error = new SseError('network', 'The server cannot be reached.', { cause });
    expect(error.cause).toBe(cause);
    expect(Object.keys(error)).not.toContain('cause');
  });
});
