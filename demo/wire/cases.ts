/**
 * Streams that separate correct readers from quick ones. Page and server share them: the server
 * sends the chunks unchanged.
 */
export interface WireCase {
  readonly name: 'split' | 'lines' | 'endings' | 'comments' | 'names' | 'tail' | 'deploy';
  /** Written one by one. */
  readonly chunks: readonly Uint8Array[];
  /** The events they contain according to the standard. */
  readonly meant: readonly WireEvent[];
  /** The response before the stream: its head, and the fault of the mock server that sends it. */
  readonly refusal?: { readonly head: string; readonly fault: string };
}

export interface WireEvent {
  readonly type: string;
  readonly data: string;
}

const message = (data: string): WireEvent => ({ type: 'message', data });

export const wireCases: readonly WireCase[] = [
  {
    name: 'split',
    chunks: cut('data: 你好\n\ndata: 👋🏽 again\n\n', 7, 15, 21),
    meant: [message('你好'), message('👋🏽 again')],
  },
  {
    name: 'lines',
    chunks: cut('data: first line\ndata: second line\ndata:\ndata: fourth\n\n'),
    meant: [message('first line\nsecond line\n\nfourth')],
  },
  {
    name: 'endings',
    chunks: cut('data: windows\r\n\r\ndata: old mac\r\rdata: unix\n\n', 14),
    meant: [message('windows'), message('old mac'), message('unix')],
  },
  {
    name: 'comments',
    chunks: cut(': keep-alive\n\ndata:no space\n\ndata:  two spaces\n\n: keep-alive\n\n'),
    meant: [message('no space'), message(' two spaces')],
  },
  {
    name: 'names',
    chunks: cut('event: lol\ndata: 字\n\nevent: error\ndata: only a name\n\n'),
    meant: [
      { type: 'lol', data: '字' },
      { type: 'error', data: 'only a name' },
    ],
  },
  {
    name: 'tail',
    chunks: cut('data: whole\n\ndata: {"half": tr'),
    meant: [message('whole')],
  },
  {
    name: 'deploy',
    chunks: cut('data: we are back\n\n'),
    meant: [message('we are back')],
    refusal: { head: 'HTTP/1.1 503 Service Unavailable\nRetry-After: 0', fault: 'unavailable:1:0' },
  },
];

/** The bytes of a text, split at these offsets. */
function cut(text: string, ...offsets: readonly number[]): Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  return [0, ...offsets].map((start, i) => bytes.slice(start, offsets[i]));
}
