/** A complete answer. */
export interface Reply {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** Its first bytes; all of them where there are no more than {@link KEPT}. */
  readonly start: Buffer;
}

/** The request whose answer comes next. */
export interface Asked {
  readonly method: string;
  onBody(bytes: Buffer): void;
  /** A 1xx answer before the real one. */
  onInterim(status: number): void;
  onReply(reply: Reply): void;
}

export interface ReplyReader {
  /** Takes bytes of the connection. Throws when they are no answer, or one that nobody asked for. */
  push(bytes: Buffer): void;
  /** Whether an answer has begun and not ended. */
  readonly begun: boolean;
  /** Of the answer that came last, or is under way. */
  readonly head: Head;
}

/** So much of a body is kept for a look at it, in bytes. */
const KEPT = 4096;

type State =
  | { readonly tag: 'head' }
  | { readonly tag: 'length'; readonly left: number }
  | { readonly tag: 'size' }
  | { readonly tag: 'chunk'; readonly left: number }
  | { readonly tag: 'trailer' };

/** Status line and fields of an answer. */
export interface Head {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

/** Reads HTTP/1.1 answers, any number behind one another. `asked` gives the first request without an answer. */
export function readReplies(asked: () => Asked | undefined): ReplyReader {
  let rest: Buffer = Buffer.alloc(0);
  let state: State = { tag: 'head' };
  let head: Head = { status: 0, headers: new Map() };
  let start: Buffer = Buffer.alloc(0);

  function line(): string | null {
    const end = rest.indexOf('\r\n');
    if (end < 0) return null;
    const text = rest.toString('latin1', 0, end);
    rest = rest.subarray(end + 2);
    return text;
  }

  function take(left: number): number {
    const part = rest.subarray(0, left);
    rest = rest.subarray(part.length);
    if (part.length === 0) return left;
    if (start.length < KEPT) start = Buffer.concat([start, part.subarray(0, KEPT - start.length)]);
    asked()?.onBody(part);
    return left - part.length;
  }

  function complete(): State {
    const reply = { ...head, start };
    start = Buffer.alloc(0);
    asked()?.onReply(reply);
    return { tag: 'head' };
  }

  function begin(): State | null {
    const request = asked();
    if (request === undefined) throw new Error(`not asked for: ${rest.toString('latin1', 0, 60)}`);
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return null;
    head = readHead(rest.toString('latin1', 0, end));
    rest = rest.subarray(end + 4);
    if (head.status < 200) {
      request.onInterim(head.status);
      return { tag: 'head' };
    }
    if (request.method === 'HEAD' || head.status === 204 || head.status === 304) return complete();
    if (head.headers.get('transfer-encoding') === 'chunked') return { tag: 'size' };
    const length = head.headers.get('content-length');
    // Node's own 400, 408, 431 and the like: a head and the end of the connection.
    const bare = head.status >= 400 && head.headers.get('connection')?.toLowerCase() === 'close';
    if (length === undefined && bare) return complete();
    if (length === undefined) throw new Error('an answer without an end');
    return { tag: 'length', left: Number(length) };
  }

  /** The next state, or null when it takes more bytes to get there. */
  function step(): State | null {
    switch (state.tag) {
      case 'head':
        return rest.length === 0 ? null : begin();
      case 'length': {
        const left: number = take(state.left);
        if (left === 0) return complete();
        state = { tag: 'length', left };
        return null;
      }
      case 'size': {
        const size = line();
        if (size === null) return null;
        const left = Number.parseInt(size, 16);
        return left === 0 ? { tag: 'trailer' } : { tag: 'chunk', left };
      }
      case 'chunk': {
        const left: number = take(state.left);
        state = { tag: 'chunk', left };
        if (left > 0 || rest.length < 2) return null;
        rest = rest.subarray(2);
        return { tag: 'size' };
      }
      case 'trailer':
        return line() === null ? null : complete();
    }
  }

  return {
    get head() {
      return head;
    },
    get begun() {
      return state.tag !== 'head' || rest.length > 0;
    },
    push(bytes) {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      for (let next = step(); next !== null; next = step()) state = next;
    },
  };
}

function readHead(text: string): Head {
  const [first = '', ...fields] = text.split('\r\n');
  if (!first.startsWith('HTTP/1.1 ')) throw new Error(`not an answer: ${first.slice(0, 60)}`);
  const headers = new Map<string, string>();
  for (const field of fields) {
    const colon = field.indexOf(':');
    headers.set(field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim());
  }
  return { status: Number(first.slice(9, 12)), headers };
}
