import type { RequestHandler } from 'express';

/**
 * Allows pages of any origin to use the API, with cookies and any header. Fine for a mock on
 * loopback, wrong anywhere else.
 */
export const allowEveryOrigin: RequestHandler = (req, res, next) => {
  const { origin } = req.headers;
  res.vary('Origin');
  if (origin !== undefined) {
    res.set({
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
      // With credentials, the wildcard means a header called "*", so the headers that clients read
      // are listed.
      'Access-Control-Expose-Headers': 'Retry-After, WWW-Authenticate',
    });
  }
  if (req.method !== 'OPTIONS') {
    next();
    return;
  }
  res.vary('Access-Control-Request-Headers');
  res.set('Access-Control-Allow-Methods', 'GET, HEAD, POST, DELETE');
  res.set('Access-Control-Max-Age', '600');
  const requested = req.get('Access-Control-Request-Headers');
  if (requested !== undefined) res.set('Access-Control-Allow-Headers', requested);
  res.status(204).end();
};
