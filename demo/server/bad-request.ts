import type { ErrorRequestHandler } from 'express';

export class BadRequest extends Error {
  readonly status = 400;
}

/**
 * Answers all errors as JSON, whether our handler or the body parser (400, 413, 415) found them.
 */
export const answerError: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  const status = statusOf(error);
  // Either the request isn't to blame or the response has started: leave it to the host (the Vite
  // overlay, the log).
  if (status === undefined || res.headersSent || res.destroyed) {
    next(error);
    return;
  }
  res.status(status).json({ error: { message: error instanceof Error ? error.message : 'bad request' } });
};

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  const { status } = error;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
