import type { OwnRequest } from './request.ts';

/** A program with the same request. The values of headers are placeholders. */
export function ownSnippet({ url, method, headers, json, transport, decode }: OwnRequest): string {
  const secrets = Object.entries(headers).map(([name, value]) => secretOf(name, value));
  const fields = [
    ...(transport === 'auto' ? [] : [`transport: ${quoted(transport)},`]),
    ...(method === 'GET' ? [] : [`method: ${quoted(method)},`]),
    ...(secrets.length === 0 ? [] : ['headers: {', ...secrets.map(({ field }) => `  ${field},`), '},']),
    ...(json === undefined ? [] : `json: ${written(json)},`.split('\n')),
    ...(decode === 'json' ? ["decode: 'json', // parses, but doesn’t check"] : []),
  ];
  const constants = new Set(secrets.map(({ constant }) => `const ${constant} = '…'; // yours`));
  const options = fields.length === 0 ? '' : `, {\n${fields.map((field) => `  ${field}\n`).join('')}}`;
  // Native EventSource delivers only events of the types you name.
  const listen = transport === 'native' ? 'onMessage' : 'onAny';
  return `import { SseClient } from 'ssekit';

${constants.size === 0 ? '' : `${[...constants].join('\n')}\n\n`}const client = new SseClient${decode === 'json' ? '<Record<string, unknown>>' : ''}(${quoted(url)}${options});

client.${listen}((event) => {
  console.log(event.type, event.data);
});
client.onError((error) => {
  console.warn(error.message, error.help);
});`;
}

/** The constant that stands for a header's value, and the header with it. */
function secretOf(name: string, value: string): { readonly constant: string; readonly field: string } {
  const [scheme] = /^(Bearer|Basic|Token)(?= )/i.exec(value) ?? [];
  const constant = scheme === undefined ? constantOf(name) : 'token';
  const key = /^[a-z_$][\w$]*$/i.test(name) ? name : quoted(name);
  return { constant, field: `${key}: ${scheme === undefined ? constant : `\`${scheme} \${${constant}}\``}` };
}

/** `X-Api-Key` becomes `xApiKey`. */
function constantOf(name: string): string {
  const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const joined = words
    .map((word, i) => (i === 0 ? word : word.slice(0, 1).toUpperCase() + word.slice(1)))
    .join('');
  // The other names of the program, and words that can't be names.
  return /^[a-z]/.test(joined) &&
    !/^(client|event|error|console|const|new|import|in|of|if|do|for)$/.test(joined)
    ? joined
    : `the${joined.slice(0, 1).toUpperCase()}${joined.slice(1)}`;
}

/** JSON as source code. */
function written(value: unknown, indent = '  '): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((each) => written(each, `${indent}  `))
    : Object.entries(value).map(
        ([name, each]) =>
          `${/^[a-z_$][\w$]*$/i.test(name) ? name : quoted(name)}: ${written(each, `${indent}  `)}`,
      );
  if (parts.length === 0) return isList ? '[]' : '{}';
  const line = isList ? `[${parts.join(', ')}]` : `{ ${parts.join(', ')} }`;
  if (line.length <= 60 && !line.includes('\n')) return line;
  const [open, close] = isList ? '[]' : '{}';
  return `${open}\n${parts.map((part) => `${indent}  ${part},\n`).join('')}${indent}${close}`.replace(
    /^ {2}/gm,
    '',
  );
}

function quoted(text: string): string {
  return `'${text
    .replace(/[\\']/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`)}'`;
}
