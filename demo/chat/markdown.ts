import { lexer, type MarkedToken, type Token, type Tokens } from 'marked';
import { create } from '../element.ts';

/**
 * Shows Markdown that grows. marked only takes the text apart, and this makes the nodes, so a text
 * never becomes markup: HTML in it is shown as it was written.
 */
export function markdown(root: Element): (text: string) => void {
  let shown: string[] = [];
  return (text) => {
    const tokens = lexer(text).filter(({ type }) => type !== 'space' && type !== 'def');
    for (const [i, token] of tokens.entries()) {
      // Only the last blocks change while a text grows.
      if (shown[i] === token.raw) continue;
      const node = blockOf(token);
      const before = root.childNodes[i];
      if (before) before.replaceWith(node);
      else root.append(node);
    }
    while (root.childNodes.length > tokens.length) root.lastChild?.remove();
    shown = tokens.map(({ raw }) => raw);
  };
}

/** The kinds of marked itself: this page has no extension. */
const known = (token: Token) => token as MarkedToken;

function blockOf(given: Token): HTMLElement {
  const token = known(given);
  switch (token.type) {
    case 'heading':
      // Below the headings of the page.
      return create(token.depth <= 3 ? 'h3' : 'h4', '', ...inlines(token.tokens));
    case 'code':
      return create('pre', '', create('code', '', token.text));
    case 'blockquote':
      return create('blockquote', '', ...blocks(token.tokens));
    case 'list':
      return listOf(token);
    case 'hr':
      return create('hr', '');
    case 'table':
      return tableOf(token);
    case 'paragraph':
      return create('p', '', ...inlines(token.tokens));
    default:
      return create('p', '', inlineOf(given));
  }
}

/** A tight list item has its text without a paragraph. */
function blocks(tokens: readonly Token[]): Node[] {
  return tokens
    .filter(({ type }) => type !== 'space' && type !== 'def')
    .flatMap((token) => (/^(text|checkbox)$/.test(token.type) ? [inlineOf(token)] : [blockOf(token)]));
}

function listOf({ ordered, start, items }: Tokens.List): HTMLElement {
  const list = create(
    ordered ? 'ol' : 'ul',
    '',
    ...items.map((item) => create('li', '', ...blocks(item.tokens))),
  );
  if (list instanceof HTMLOListElement && start !== '') list.start = start;
  return list;
}

function tableOf({ header, rows }: Tokens.Table): HTMLElement {
  // A header without text would be announced as one.
  const row = (tag: 'th' | 'td', cells: readonly Tokens.TableCell[]) =>
    create('tr', '', ...cells.map(({ text, tokens }) => create(text ? tag : 'td', '', ...inlines(tokens))));
  return create(
    'table',
    '',
    create('thead', '', row('th', header)),
    create('tbody', '', ...rows.map((cells) => row('td', cells))),
  );
}

function inlines(tokens: readonly Token[] = []): Node[] {
  return tokens.map(inlineOf);
}

function inlineOf(given: Token): Node {
  const token = known(given);
  switch (token.type) {
    case 'strong':
    case 'em':
    case 'del':
      return create(token.type, '', ...inlines(token.tokens));
    case 'codespan':
      return create('code', '', token.text);
    case 'br':
      return create('br', '');
    case 'link':
      return linkTo(token.href, inlines(token.tokens));
    case 'text':
      return token.tokens ? create('span', '', ...inlines(token.tokens)) : plain(token.text);
    case 'escape':
      return plain(token.text);
    case 'image':
      // The page loads no picture that a text names.
      return plain(token.text);
    case 'checkbox':
      return plain(token.checked ? '☑ ' : '☐ ');
    default:
      return document.createTextNode(token.raw);
  }
}

/** A link, if it leads to a page or an address. A script is shown as its text. */
function linkTo(href: string, content: Node[]): HTMLElement {
  if (!/^(https?|mailto):/i.test(href)) return create('span', '', ...content);
  const link = create('a', '', ...content);
  link.href = href;
  link.target = '_blank';
  link.rel = 'noopener noreferrer';
  return link;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** marked leaves the entities in. */
function plain(text: string): Text {
  return document.createTextNode(
    text.replace(/&(amp|lt|gt|quot|#39);/g, (entity, name: string) => entities[name] ?? entity),
  );
}
