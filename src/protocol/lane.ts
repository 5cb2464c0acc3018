import { StringDecoder } from 'node:string_decoder';

/**
 * The way of open connections between primary and worker: pipes of its own beside node's channel. The channel waits
 * for an answer behind each handle, and with it waits everything that is sent behind; a thousand connections cost a
 * thousand round trips. Here one line follows the other, each with its handle, and the kernel keeps what is not read
 * yet. What is sent here has no order to what is sent over the channel.
 *
 * A process must not end before the other has got what it sent: libuv takes the end of a pipe for its news and drops
 * what is not read yet. So the other end says how many have come.
 */
export interface Lane<Out> {
  /** Calls `got` when the other process has it, or is gone; with false when it could not take the handle. */
  send(message: Out, handle?: object, got?: (arrived: boolean) => void): void;
}

/** libuv's pipe in the mode that carries handles, as node wraps it. */
export interface Pipe {
  open(fd: number): number;
  close(): void;
  writeLatin1String: Write;
  writeUtf8String: Write;
  /** Set before the bytes are read that a handle came with. */
  pendingHandle: object | null;
}

/** Since 26 it makes the request itself where it is given none, and returns it when the write goes on. */
type Write = (request: object | null, text: string, handle?: object) => number | object;

/** How node constructs one, and the value of its constant `IPC`. */
export type PipeClass = new (kind: number) => Pipe;
export const IPC = 2;

/** Where the worker finds its ends. 3 is node's channel. */
export const LANE_FD = 4;

/**
 * So many pipes side by side. libuv reads one handle a pipe in each turn of the event loop, and the turns of a worker
 * that answers requests meanwhile are long.
 */
export const PIPES = 16;

/** A stream of node's on a {@link Pipe}. */
interface Stream {
  readonly destroyed: boolean;
  on(event: 'data', listener: (bytes: Buffer) => void): unknown;
  on(event: 'error' | 'close', listener: () => void): unknown;
  write(text: string, encoding: 'latin1'): unknown;
}

/** What a line begins with that says how many have come, or were not taken. */
const CAME = '+';
const REFUSED = '-';

/**
 * One pipe after the other gets what is sent. `receive` gets no handle when this process may open no more files; it says
 * whether it has taken the message.
 */
export function openLane<In, Out>(
  pipes: readonly (readonly [Stream, Pipe])[],
  receive: (message: In, handle: object | undefined) => boolean,
): Lane<Out> {
  const lanes = pipes.map(([stream, pipe]) => openPipe<In, Out>(stream, pipe, receive));
  let next = 0;
  return {
    send(message, handle, got) {
      next = (next + 1) % lanes.length;
      lanes[next]?.send(message, handle, got);
    },
  };
}

function openPipe<In, Out>(
  stream: Stream,
  pipe: Pipe,
  receive: (message: In, handle: object | undefined) => boolean,
): Lane<Out> {
  const request = requestMaker(stream, pipe);
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
  const waiting: ((arrived: boolean) => void)[] = [];
  let unsaid = 0;
  let fate = CAME;
  const say = (): void => {
    if (unsaid > 0) write(`${fate}${unsaid}`);
    unsaid = 0;
  };
  const count = (taken: boolean): void => {
    const next = taken ? CAME : REFUSED;
    if (next !== fate) say();
    fate = next;
    unsaid += 1;
    if (unsaid === 1) setImmediate(say);
  };
  const write = (line: string, its?: object): boolean =>
    !stream.destroyed && !isError(pipe.writeUtf8String(request(), `${line}\n`, its));
  const settle = (count: number, arrived: boolean): void => {
    for (const got of waiting.splice(0, count)) got(arrived);
  };
  stream.on('error', () => {});
  stream.on('close', () => settle(waiting.length, true));
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
      if (line.startsWith(CAME) || line.startsWith(REFUSED)) {
        settle(Math.abs(Number(line)), line.startsWith(CAME));
        continue;
      }
      const last = n === lines.length - 1 && rest === '' ? came : undefined;
      count(receive(JSON.parse(line) as In, (n === 0 ? began : undefined) ?? last));
    }
  });
  return {
    send(message, its, got = () => {}) {
      waiting.push(got);
      if (!write(JSON.stringify(message), its)) settle(waiting.length, true);
    },
  };
}

/** Of a write: libuv's errors are negative. */
function isError(result: number | object): boolean {
  return typeof result === 'number' && result !== 0;
}

/** What node calls a write by, which it names nowhere: taken from a write of an empty line. Since 26 it is nothing. */
function requestMaker(stream: Stream, pipe: Pipe): () => object | null {
  let found: object | null | undefined;
  pipe.writeLatin1String = (request, ...rest) => {
    found = request;
    delete (pipe as Partial<Pipe>).writeLatin1String;
    return pipe.writeLatin1String(request, ...rest);
  };
  stream.write('\n', 'latin1');
  if (found === undefined) throw new Error('node writes to a pipe in another way than expected');
  if (found === null) return () => null;
  const Request = found.constructor as new () => object;
  return () => new Request();
}
