/**
 * `npm run demo:cluster`: three nodes, and a clock published on one of them. Kill a node and watch
 * the stream continue.
 */
import { startCluster } from './cluster.ts';

const cluster = await startCluster(3);
const [first = ''] = cluster.nodes;

console.log(`listen:   curl -N -H 'Accept: text/event-stream' ${cluster.origin}/events/clock`);
console.log(`publish:  curl -d 'hello' -H 'X-EventSource-Event: news' ${first}/publish/clock`);
console.log(
  'nodes:    ' + cluster.nodes.join(', ') + ' (press Enter to kill the second one or start it again)',
);
console.log('Ctrl-C stops everything.');

const clock = setInterval(() => {
  const headers = { 'X-EventSource-Event': 'tick' };
  fetch(`${first}/publish/clock`, { method: 'POST', headers, body: new Date().toISOString() }).catch(
    console.error,
  );
}, 1000);

let isUp = true;
let busy = Promise.resolve();
process.stdin.on('data', () => {
  busy = busy.then(async () => {
    await (isUp ? cluster.kill(1) : cluster.revive(1));
    isUp = !isUp;
    console.log(isUp ? 'the second node is back' : 'the second node is dead');
  });
});

process.once('SIGINT', () => {
  clearInterval(clock);
  void cluster.stop().then(() => process.exit());
});
