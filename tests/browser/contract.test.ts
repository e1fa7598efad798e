import { inject } from 'vitest';
import { server } from 'vitest/browser';
import { FetchEventSource } from 'ssekit';
import { describeClient, describeEventSource, type Environment } from '../contract.ts';

const environment: Omit<Environment, 'isNative'> = {
  engine: server.browser as Environment['engine'],
  scope: 'page',
  origin: location.origin,
  crossOrigin: inject('crossOrigin'),
  crossOriginSameSite: inject('crossOriginSameSite'),
};

describeEventSource('native EventSource', EventSource, { ...environment, isNative: true });
describeEventSource('FetchEventSource', FetchEventSource, { ...environment, isNative: false });
describeClient('native', { ...environment, isNative: true });
describeClient('fetch', { ...environment, isNative: false });
