import type { SseError } from '../errors.js';
import { describe, isAside } from '../report.js';
import type { NewRow } from './row.js';

/** The row of an error. The response headers that it may have stay out. */
export function errorRow(error: SseError): NewRow {
  const { code, message, willRetry, status, event, raw, body, failures, help, cause } = error;
  const outcome = isAside(error) ? 'The stream continues.' : willRetry ? 'Will retry.' : 'Final.';
  const facts = {
    status,
    event,
    failures,
    help,
    cause: cause === undefined ? undefined : describe(cause, true),
    raw,
    body,
  };
  const known = Object.entries(facts).filter(([, value]) => value !== undefined);
  return {
    kind: 'error',
    type: code,
    data: `${message} ${outcome}`,
    facts: Object.fromEntries(known.map(([name, value]) => [name, String(value)])),
  };
}
