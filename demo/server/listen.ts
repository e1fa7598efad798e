import { createServer, type RequestListener } from 'node:http';

export interface Listening {
  readonly url: string;
  /** Also ends open streams. */
  close(): Promise<void>;
}

/** Listens on loopback. Port 0 picks a free one. */
export async function listen(app: RequestListener, port = 0): Promise<Listening> {
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${actual}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
