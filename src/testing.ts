export { MockEventSource } from './testing/mock-event-source.js';
export { mockSse, type MockEvent, type MockExchange, type MockSse } from './testing/mock-sse.js';
