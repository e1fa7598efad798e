/**
 * A program that closes its client and has nothing else to do. Run as: node --import tsx exit.ts
 * <url> <moment>
 */
import { SseClient } from '../../src/index.ts';

const [, , url = '', moment = ''] = process.argv;

const client = new SseClient(url, { retryInterval: 60_000, retry: { jitter: false }, idleTimeout: 60_000 });
const close = () => {
  client.close();
  console.log('closed');
};
if (moment === 'at once') close();
else if (moment === 'while open') client.onOpen(close);
else if (moment === 'after an event') client.onMessage(close);
else if (moment === 'while it waits to try again') client.onError(close);
else {
  client.onStateChange(({ status }) => {
    if (status === 'closed') console.log('closed');
  });
}
