import { createConnection, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { connect as connectTls } from 'node:tls';
import type { Where } from '../support/where.js';
import { type Asked, type Reply, type ReplyReader, readReplies } from '../support/replies.js';

/** What became of one request. Nothing is tried twice. Times are monotonic ms. */
export type Outcome =
  | { readonly tag: 'answered'; readonly sent: Sent; readonly endedAt: number; readonly reply: Reply }
  | { readonly tag: 'failed'; readonly sent: Sent; readonly why: string };

export interface Sent {
  readonly connection: number;
  /** When its first byte was written. */
  readonly at: number;
  /** How long nothing had been under way on the connection then. */
  readonly idle: number;
  /** When the oldest request was sent that had no answer yet: its own time, but for a pipelined one. */
  readonly behind: number;
}

export interface Request {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: readonly string[];
  readonly body?: Buffer;
  readonly onBody?: (bytes: Buffer) => void;
  readonly onInterim?: (status: number) => void;
}

interface Pending extends Asked {
  readonly sent: Sent;
  fail(why: string): void;
}

/** A connection on which nothing moves for so long is given up, in ms. */
const SILENT = 30_000;

/** Connections of the whole run. */
let count = 0;

/** One HTTP/1.1 connection of a strict client. Several requests may be under way. */
export class Wire {
  readonly id = ++count;
  /** Whether the server has ended it, or it broke. */
  closed = false;
  readonly socket: Socket;
  readonly #reader: ReplyReader;
  readonly #pending: Pending[] = [];
  #quietSince = performance.now();
  #why = 'closed by the server';

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    this.#reader = readReplies(() => this.#pending[0]);
    socket.on('data', (bytes: Buffer) => this.#data(bytes));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#why = error.code ?? error.message;
    });
    socket.setTimeout(SILENT, () => {
      if (this.#pending.length === 0) return;
      this.#why = `nothing for ${SILENT / 1000} s`;
      this.close();
    });
    socket.on('end', () => this.#over());
    socket.on('close', () => this.#over());
  }

  /** Connects, over TLS where it is `secret`. Rejects with the system's error. */
  static open(where: Where, secret = false): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = secret ? connectTls({ ...where, rejectUnauthorized: false }) : createConnection(where);
      socket.once('error', reject);
      socket.once(secret ? 'secureConnect' : 'connect', () => {
        socket.off('error', reject);
        resolve(new Wire(socket));
      });
    });
  }

  /** Sends a request in one write. */
  send(request: Request = {}): Promise<Outcome> {
    const outcome = this.begin(request);
    this.write(
      request.body === undefined ? headOf(request) : Buffer.concat([Buffer.from(headOf(request)), request.body]),
    );
    return outcome;
  }

  /** Awaits the answer of a request whose bytes the caller writes now. */
  begin({ method = 'GET', onBody = () => {}, onInterim = () => {} }: Request): Promise<Outcome> {
    return new Promise((end) => {
      const at = performance.now();
      const [first] = this.#pending;
      const sent = {
        connection: this.id,
        at,
        idle: first === undefined ? at - this.#quietSince : 0,
        behind: first === undefined ? at : first.sent.behind,
      };
      if (this.closed) return end({ tag: 'failed', sent, why: `before it was sent: ${this.#why}` });
      this.#pending.push({
        sent,
        method,
        onBody,
        onInterim,
        fail: (why) => end({ tag: 'failed', sent, why }),
        onReply: (reply) => {
          this.#pending.shift();
          this.#quietSince = performance.now();
          if (reply.headers.get('connection')?.toLowerCase() === 'close') this.close();
          end({ tag: 'answered', sent, endedAt: this.#quietSince, reply });
        },
      });
    });
  }

  write(bytes: string | Buffer): boolean {
    return this.socket.write(bytes);
  }

  /** How long nothing had been under way when the server ended it without a word, in ms; null where it did not. */
  ended: number | null = null;

  close(): void {
    this.closed = true;
    this.socket.destroy();
    this.#over();
  }

  #data(bytes: Buffer): void {
    try {
      this.#reader.push(bytes);
    } catch (error) {
      this.#why = error instanceof Error ? error.message : String(error);
      this.stray = this.#pending.length === 0 ? this.#why : null;
      this.close();
    }
  }

  /** Bytes that came while nothing was asked for. */
  stray: string | null = null;

  #over(): void {
    if (!this.closed && this.#pending.length === 0) this.ended = performance.now() - this.#quietSince;
    this.closed = true;
    const part = this.#reader.begun ? ' in the middle of the answer' : '';
    for (const pending of this.#pending.splice(0)) pending.fail(this.#why + part);
    this.socket.destroy();
  }
}

/** The head of a request, as it is sent. */
export function headOf({ method = 'GET', path = '/', headers = [], body }: Request): string {
  const length = body === undefined ? [] : [`Content-Length: ${body.length}`];
  return [`${method} ${path} HTTP/1.1`, 'Host: app', ...headers, ...length, '', ''].join('\r\n');
}
