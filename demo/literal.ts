/**
 * Writes a value as source code: plain objects, strings, numbers and booleans. Leaves empty fields
 * out.
 */
export function literal(value: unknown, indent = ''): string {
  if (typeof value === 'string') return `'${value.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined && field !== '' && !isEmpty(field))
    .map(
      ([name, field]) =>
        `${/^[a-z_$][\w$]*$/i.test(name) ? name : literal(name)}: ${literal(field, `${indent}  `)}`,
    );
  const line = `{ ${fields.join(', ')} }`;
  if (fields.length === 0) return '{}';
  if (indent.length + line.length <= 60) return line;
  return `{\n${fields.map((field) => `${indent}  ${field},\n`).join('')}${indent}}`;
}

/** An empty option object changes nothing. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
