/** @jest-environment jsdom */
import { expect, test } from '@jest/globals';
import { SseClient } from 'ssekit';
import { MockEventSource } from 'ssekit/testing';

test('a client fails at once, and names what is missing', () => {
  expect(() => new SseClient('/prices', { EventSource: MockEventSource })).toThrow(
    'There is no TextDecoder here: add a polyfill.',
  );
});
