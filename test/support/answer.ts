/** A complete HTTP answer. */
export interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

type State =
  | { readonly tag: 'head' }
  | { readonly tag: 'length'; readonly left: number }
  | { readonly tag: 'size' }
  | { readonly tag: 'chunk'; readonly left: number }
  | { readonly tag: 'trailer' };

export interface AnswerReader {
  /** Takes bytes of the connection; returns the answer when it is complete. */
  push(bytes: Buffer): Answer | null;
  /** What came of the answer's head so far. */
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

/** Reads one HTTP/1.1 answer. `onBody` sees the body as it comes. Bytes after the answer are an error. */
export function readAnswer(onBody: (bytes: Buffer) => void = () => {}): AnswerReader {
  let rest: Buffer = Buffer.alloc(0);
  let state: State = { tag: 'head' };
  let status = 0;
  const headers = new Map<string, string>();
  const body: Buffer[] = [];

  const line = (): string | null => {
    const end = rest.indexOf('\r\n');
    if (end < 0) return null;
    const text = rest.toString('latin1', 0, end);
    rest = rest.subarray(end + 2);
    return text;
  };
  const take = (count: number): number => {
    const part = rest.subarray(0, count);
    rest = rest.subarray(part.length);
    if (part.length > 0) {
      body.push(part);
      onBody(part);
    }
    return part.length;
  };
  const complete = (): Answer => {
    if (rest.length > 0) throw new Error(`${rest.length} bytes after the answer`);
    return { status, headers, body: Buffer.concat(body) };
  };

  const step = (): State | Answer | null => {
    switch (state.tag) {
      case 'head': {
        const end = rest.indexOf('\r\n\r\n');
        if (end < 0) return null;
        const [first = '', ...fields] = rest.toString('latin1', 0, end).split('\r\n');
        if (!first.startsWith('HTTP/1.1 ')) throw new Error(`not an answer: ${first}`);
        rest = rest.subarray(end + 4);
        status = Number(first.slice(9, 12));
        for (const field of fields)
          headers.set(field.slice(0, field.indexOf(':')).toLowerCase(), field.slice(field.indexOf(':') + 1).trim());
        if (headers.get('transfer-encoding') === 'chunked') return { tag: 'size' };
        const length = headers.get('content-length');
        // Node's own 408, 431 and the like: a head and the end of the connection.
        const bare = status >= 400 && headers.get('connection')?.toLowerCase() === 'close';
        if (length === undefined && status !== 204 && !bare) throw new Error('an answer without an end');
        return { tag: 'length', left: Number(length ?? 0) };
      }
      case 'length': {
        const left = state.left - take(state.left);
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
        const left = state.left - take(state.left);
        state = { tag: 'chunk', left };
        if (left > 0 || rest.length < 2) return null;
        rest = rest.subarray(2);
        return { tag: 'size' };
      }
      case 'trailer':
        return line() === null ? null : complete();
    }
  };

  return {
    get status() {
      return status;
    },
    headers,
    push(bytes) {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      for (;;) {
        const next = step();
        if (next === null) return null;
        if ('body' in next) return next;
        state = next;
      }
    },
  };
}
