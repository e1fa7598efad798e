import { create } from './element.ts';

const token =
  /(?<comment>\/\/.*)|(?<string>'[^'\n]*')|(?<keyword>\b(?:import|from|export|const|new|function|return|interface|type|void)\b)/g;

/** Turns source code into nodes, with comments, strings and keywords marked. */
export function highlighted(source: string): (Node | string)[] {
  const nodes: (Node | string)[] = [];
  let end = 0;
  for (const match of source.matchAll(token)) {
    const kind = Object.entries(match.groups ?? {}).find(([, text]) => text)?.[0] ?? '';
    nodes.push(source.slice(end, match.index), create('span', kind, match[0]));
    end = match.index + match[0].length;
  }
  nodes.push(source.slice(end));
  return nodes;
}
