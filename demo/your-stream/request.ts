import type { Dictionary } from '../dictionary.ts';

/** What the form says, as it was typed. */
export interface Entered {
  readonly url: string;
  readonly method: string;
  /** One per line. */
  readonly headers: string;
  readonly body: string;
  readonly transport: string;
  readonly decode: string;
}

/** The request that it means. */
export interface OwnRequest {
  /** As it was typed, so a path stays a path. */
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `undefined` for none. */
  readonly json: unknown;
  readonly transport: 'auto' | 'native' | 'fetch';
  readonly decode: 'text' | 'json';
}

export type Problem = (t: Dictionary) => string;
export type Field = 'url' | 'headers' | 'body' | 'transport';
export type Problems = Partial<Record<Field, Problem>>;

/**
 * Reads the form.
 *
 * @param base - What a path is relative to.
 * @returns The request, or what's wrong with each field.
 */
export function readRequest(entered: Entered, base: string): OwnRequest | Problems {
  const headers = readHeaders(entered.headers);
  const json = readBody(entered);
  const transport =
    entered.transport === 'native' || entered.transport === 'fetch' ? entered.transport : 'auto';
  const url = urlProblem(entered.url.trim(), base);
  const problems: Problems = {
    ...(url && { url }),
    ...(typeof headers === 'function' && { headers }),
    ...(typeof json === 'function' && { body: json }),
    ...(transport === 'native' &&
      (entered.method !== 'GET' || entered.headers.trim() !== '') && {
        transport: (t: Dictionary) => t.yoursNative,
      }),
  };
  if (Object.keys(problems).length > 0 || typeof headers === 'function' || typeof json === 'function') {
    return problems;
  }
  return {
    url: entered.url.trim(),
    method: entered.method,
    headers,
    json: json?.value,
    transport,
    decode: entered.decode === 'json' ? 'json' : 'text',
  };
}

export function isRequest(read: OwnRequest | Problems): read is OwnRequest {
  return 'method' in read;
}

function urlProblem(text: string, base: string): Problem | undefined {
  if (text === '' || !URL.canParse(text, base)) return (t) => t.yoursNoUrl;
  const { protocol, username, password } = new URL(text, base);
  // A page opened from a disk plays the server itself, so its paths are files.
  if (!/^(https?|file):$/.test(protocol)) return (t) => t.yoursNoUrl;
  if (username + password !== '') return (t) => t.yoursCredentials;
  return undefined;
}

/** What the standard allows as a header's name. */
const token = /^[\w!#$%&'*+.^`|~-]+$/;

function readHeaders(text: string): Readonly<Record<string, string>> | Problem {
  const headers: Record<string, string> = {};
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const colon = line.indexOf(':');
    if (colon < 0) return (t) => t.yoursBadLine(i + 1);
    const name = line.slice(0, colon).trim();
    const value = line.slice(colon + 1).trim();
    if (!token.test(name)) return (t) => t.yoursBadName(name);
    try {
      new Headers([[name, value]]);
    } catch {
      return (t) => t.yoursBadValue(name);
    }
    headers[name] = value;
  }
  return headers;
}

function readBody({ method, body }: Entered): { readonly value: unknown } | Problem | undefined {
  if (body.trim() === '') return undefined;
  if (method === 'GET') return (t) => t.yoursNoBody;
  try {
    return { value: JSON.parse(body) as unknown };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return (t) => t.yoursBadBody(why);
  }
}
