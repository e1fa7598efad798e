export { MockEventSource } from './mock-event-source.js';
export { mockSse, type MockEvent, type MockExchange, type MockSse } from './mock-sse.js';
