import { literal } from '../literal.ts';

/** Stands for the header in the programs that are written at build time. */
export const placeholder = { headerName: 'headerValue' };

/** Prettier's width for the code panel. */
export const printWidth = 80;

/** Writes a header into a program, formatted as Prettier would. */
export function withHeader(program: string, name: string, value: string): string {
  return program.replace(/^( *)headerName: 'headerValue'/m, (_, indent: string) => {
    const text = quoted(value);
    const line = `${indent}${/^[a-z_$][\w$]*$/i.test(name) ? name : literal(name)}: ${text}`;
    // A string that doesn't fit goes into the next line. The comma counts.
    return line.length < printWidth ? line : line.replace(`: ${text}`, () => `:\n${indent}  ${text}`);
  });
}

/** Prettier uses the quotes that need fewer backslashes. */
function quoted(value: string): string {
  const count = (quote: string) => value.split(quote).length;
  return count("'") > count('"') ? JSON.stringify(value) : literal(value);
}
