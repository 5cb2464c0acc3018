import { createConnection, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { type Answer, type AnswerReader, readAnswer } from './answer.js';
import type { Where } from './where.js';

/** What became of one request. Nothing is tried twice. */
export type Outcome =
  | { readonly tag: 'answered'; readonly answer: Answer; readonly sentAt: number; readonly endedAt: number }
  | { readonly tag: 'failed'; readonly why: string; readonly sentAt: number };

interface Pending {
  readonly reader: AnswerReader;
  readonly sentAt: number;
  readonly end: (outcome: Outcome) => void;
}

/** One HTTP/1.1 connection that does one request after the other. */
export class Connection {
  /** Whether the server has closed it, or it broke. */
  closed = false;
  /** When the client saw that. */
  closedAt: number | null = null;
  readonly #socket: Socket;
  #pending: Pending | null = null;
  #why = 'closed by the server';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.#data(bytes));
    socket.on('error', (error: NodeJS.ErrnoException) => (this.#why = error.code ?? error.message));
    socket.on('end', () => this.#over());
    socket.on('close', () => this.#over());
  }

  /** Connects. Rejects with the system's error. */
  static open(where: Where): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = createConnection(where);
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket));
      });
    });
  }

  /** Sends a request without a body, or the head of one whose body `write` sends. */
  send(
    path = '/',
    options: {
      readonly method?: string;
      readonly headers?: readonly string[];
      readonly onBody?: (bytes: Buffer) => void;
    } = {},
  ): Promise<Outcome> {
    const { method = 'GET', headers = [] } = options;
    const host = headers.some((header) => /^host:/i.test(header)) ? [] : ['Host: localhost'];
    const lines = [`${method} ${path} HTTP/1.1`, ...host, ...headers, '', ''];
    return this.raw(lines.join('\r\n'), options.onBody);
  }

  /** Sends the bytes of a request, or some of them. */
  raw(bytes: string, onBody?: (bytes: Buffer) => void): Promise<Outcome> {
    if (this.#pending) throw new Error('one request at a time');
    return new Promise((end) => {
      const sentAt = performance.now();
      if (this.closed) return end({ tag: 'failed', why: `before it was sent: ${this.#why}`, sentAt });
      this.#pending = { reader: readAnswer(onBody), sentAt, end };
      this.write(bytes);
    });
  }

  /** The client's own port, where it has one. */
  get port(): number | undefined {
    return this.#socket.localPort;
  }

  write(bytes: string | Buffer): void {
    this.#socket.write(bytes);
  }

  /** Head of the answer that is under way. */
  get status(): number {
    return this.#pending?.reader.head.status ?? 0;
  }

  close(): void {
    this.closed = true;
    this.#socket.destroy();
  }

  #data(bytes: Buffer): void {
    const pending = this.#pending;
    try {
      if (!pending) throw new Error('bytes that nobody asked for');
      const answer = pending.reader.push(bytes);
      if (!answer) return;
      this.#pending = null;
      if (answer.headers.get('connection')?.toLowerCase() === 'close') this.close();
      pending.end({ tag: 'answered', answer, sentAt: pending.sentAt, endedAt: performance.now() });
    } catch (error) {
      this.#why = error instanceof Error ? error.message : String(error);
      this.close();
    }
  }

  #over(): void {
    this.closed = true;
    this.closedAt ??= performance.now();
    const pending = this.#pending;
    this.#pending = null;
    const part = pending?.reader.head.status ? ' in the middle of the answer' : '';
    pending?.end({ tag: 'failed', why: this.#why + part, sentAt: pending.sentAt });
    this.#socket.destroy();
  }
}
