import type { RequestHandler } from 'express';

/**
 * Lets pages of any origin try the API, with cookies and with any header. Right for a mock on the loopback interface,
 * wrong for everything else.
 */
export const allowEveryOrigin: RequestHandler = (req, res, next) => {
  const { origin } = req.headers;
  res.vary('Origin');
  if (origin !== undefined) {
    res.set({
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
      // With credentials the wildcard means a header called "*", so those a client reads are named.
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
  const asked = req.get('Access-Control-Request-Headers');
  if (asked !== undefined) res.set('Access-Control-Allow-Headers', asked);
  res.status(204).end();
};
