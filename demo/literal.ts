/** A value as it would be written in a program: plain objects, strings, numbers and booleans. Fields that say nothing are left out. */
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

/** An option that holds nothing asks for nothing. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
