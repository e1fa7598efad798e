/**
 * Writes a value as source code on one line: plain objects, strings, numbers and booleans. Leaves
 * empty fields out.
 */
export function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined && field !== '' && !isEmpty(field))
    .map(([name, field]) => `${/^[a-z_$][\w$]*$/i.test(name) ? name : literal(name)}: ${literal(field)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/** An empty option object changes nothing. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
