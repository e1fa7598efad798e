import { createApp } from './app.ts';
import { listen } from './listen.ts';

const { url } = await listen(createApp(), Number(process.env.PORT ?? 8787));
console.log(`mock server: ${url}/api/sse`);
