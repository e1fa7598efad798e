import { parseSse } from 'ssekit';

const response = await fetch('/prices');
for await (const { data } of parseSse(response)) document.body.textContent = data;
