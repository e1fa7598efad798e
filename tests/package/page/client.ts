import { SseClient } from 'ssekit';

const client = new SseClient('/prices');
client.on('price', (event) => {
  document.body.textContent = event.data;
});
