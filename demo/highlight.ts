import { create } from './element.ts';

type Tokenize = (code: string) => readonly (readonly [type: number, text: string])[];

/** The highlighter's token types that have a colour, by their number. */
const classes = new Map([
  [1, 'keyword'],
  [2, 'string'],
  [3, 'name'],
  [5, 'name'],
  [8, 'comment'],
]);

let tokenize: Promise<Tokenize> | undefined;

/** Turns source code into nodes with coloured tokens. Loads the highlighter at the first call. */
export async function highlighted(source: string): Promise<(Node | string)[]> {
  tokenize ??= import('sugar-high/lang/typescript').then(
    ({ tokenize }) =>
      (code) =>
        tokenize(code, {}),
  );
  const tokens = await tokenize;
  return parts(source).flatMap((part) =>
    tokens(part).map(([type, text]) => {
      const name = classes.get(type);
      return name === undefined || text.trim() === '' ? text : create('span', name, text);
    }),
  );
}

/** The tags and the script of a Vue component. The highlighter knows TypeScript and JSX. */
function parts(source: string): string[] {
  return source.startsWith('<script') ? source.split(/(?<=^<script.*\n)|(?=^<\/script>)/m) : [source];
}
