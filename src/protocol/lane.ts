import { StringDecoder } from 'node:string_decoder';

/**
 * The way of open connections between primary and worker: a pipe of its own beside node's channel. The channel waits
 * for an answer behind each handle, and with it waits everything that is sent behind; a thousand connections cost a
 * thousand round trips. Here one line follows the other, each with its handle, and the kernel keeps what is not read
 * yet. What is sent here has no order to what is sent over the channel.
 *
 * A process must not end before the other has got what it sent: libuv takes the end of a pipe for its news and drops
 * what is not read yet. So the other end says how many have come.
 */
export interface Lane<Out> {
  /** Calls `got` when the other process has it, or is gone. */
  send(message: Out, handle: object, got?: () => void): void;
}

/** libuv's pipe in the mode that carries handles, as node wraps it. */
export interface Pipe {
  open(fd: number): number;
  writeLatin1String: Write;
  writeUtf8String: Write;
  /** Set before the bytes are read that a handle came with. */
  pendingHandle: object | null;
}

type Write = (request: object, text: string, handle?: object) => number;

/** How node constructs one, and the value of its constant `IPC`. */
export type PipeClass = new (kind: number) => Pipe;
export const IPC = 2;

/** Where the worker finds its end. 3 is node's channel. */
export const LANE_FD = 4;

/** A stream of node's on a {@link Pipe}. */
interface Stream {
  readonly destroyed: boolean;
  on(event: 'data', listener: (bytes: Buffer) => void): unknown;
  on(event: 'error' | 'close', listener: () => void): unknown;
  write(text: string, encoding: 'latin1'): unknown;
}

/** What a line begins with that says how many have come. */
const CAME = '+';

/** `receive` gets no handle when this process may open no more files. */
export function openLane<In, Out>(
  stream: Stream,
  pipe: Pipe,
  receive: (message: In, handle: object | undefined) => void,
): Lane<Out> {
  const Request = requestClass(stream, pipe);
  const decoder = new StringDecoder('utf8');
  let rest = '';
  /** Of the line that {@link rest} begins, and of the bytes that are read now. */
  let restHandle: object | undefined;
  let handle: object | undefined;
  Object.defineProperty(pipe, 'pendingHandle', {
    get: () => null,
    set(value: object | null) {
      if (value !== null) handle = value;
    },
  });
  const waiting: (() => void)[] = [];
  let unsaid = 0;
  const say = (): void => {
    write(`${CAME}${unsaid}`);
    unsaid = 0;
  };
  const write = (line: string, its?: object): boolean =>
    !stream.destroyed && pipe.writeUtf8String(new Request(), `${line}\n`, its) === 0;
  const settle = (count: number): void => {
    for (const got of waiting.splice(0, count)) got();
  };
  stream.on('error', () => {});
  stream.on('close', () => settle(waiting.length));
  stream.on('data', (bytes) => {
    const lines = (rest + decoder.write(bytes)).split('\n');
    const began = rest === '' ? undefined : restHandle;
    rest = lines.pop() ?? '';
    // The kernel ends a read behind the bytes that a handle came with: it is that of what comes last.
    const came = handle;
    handle = undefined;
    restHandle = rest === '' ? undefined : lines.length === 0 ? (began ?? came) : came;
    for (const [n, line] of lines.entries()) {
      if (line === '') continue;
      if (line.startsWith(CAME)) {
        settle(Number(line));
        continue;
      }
      unsaid += 1;
      if (unsaid === 1) setImmediate(say);
      const last = n === lines.length - 1 && rest === '' ? came : undefined;
      receive(JSON.parse(line) as In, (n === 0 ? began : undefined) ?? last);
    }
  });
  return {
    send(message, its, got = () => {}) {
      waiting.push(got);
      if (!write(JSON.stringify(message), its)) settle(waiting.length);
    },
  };
}

/** What node calls a write by: taken from a write of an empty line. */
function requestClass(stream: Stream, pipe: Pipe): new () => object {
  let found: (new () => object) | null = null;
  pipe.writeLatin1String = (request, ...rest) => {
    found = request.constructor as new () => object;
    delete (pipe as Partial<Pipe>).writeLatin1String;
    return pipe.writeLatin1String(request, ...rest);
  };
  stream.write('\n', 'latin1');
  if (found === null) throw new Error('node writes to a pipe in another way than expected');
  return found;
}
