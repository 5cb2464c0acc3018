import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { connect, type TLSSocket } from 'node:tls';
import { type Answer, type AnswerReader, readAnswer } from './answer.js';
import type { Where } from './where.js';

export interface Answered {
  readonly answer: Answer;
  readonly sentAt: number;
}

/** One HTTP/1.1 connection over TLS. Requests are answered in turn; nothing is tried twice. */
export class SecureConnection {
  readonly socket: TLSSocket;
  /** Why no request can be sent any more. */
  ended: string | null = null;
  readonly #pending: {
    readonly reader: AnswerReader;
    readonly end: (answer: Answer) => void;
    readonly fail: (error: Error) => void;
  }[] = [];

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    let rest = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      const [first] = this.#pending;
      if (first === undefined) return this.#over('bytes that nobody asked for');
      // Answers to pipelined requests are read one by one.
      rest = Buffer.concat([rest, bytes]);
      for (let next = this.#pending[0]; next !== undefined && rest.length > 0; next = this.#pending[0]) {
        const size = sizeOf(rest);
        if (size === null || rest.length < size) return;
        const answer = next.reader.push(rest.subarray(0, size));
        rest = rest.subarray(size);
        if (answer === null) return this.#over('half an answer');
        this.#pending.shift();
        if (answer.headers.get('connection')?.toLowerCase() === 'close') this.ended = 'said close';
        next.end(answer);
      }
    });
    socket.on('error', (error) => this.#over(error.message));
    socket.on('close', () => this.#over('closed by the server'));
    socket.on('end', () => this.#over('ended by the server'));
  }

  static async open(where: Where, session?: Buffer): Promise<SecureConnection> {
    const socket = connect({ ...where, rejectUnauthorized: false, ...(session === undefined ? {} : { session }) });
    await once(socket, 'secureConnect');
    return new SecureConnection(socket);
  }

  async send(path = '/', body = ''): Promise<Answered> {
    if (this.ended !== null) throw new Error(`before it was sent: ${this.ended}`);
    const sentAt = performance.now();
    const answer = new Promise<Answer>((end, fail) => this.#pending.push({ reader: readAnswer(), end, fail }));
    const method = body === '' ? 'GET' : 'POST';
    const length = body === '' ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
    this.socket.write(`${method} ${path} HTTP/1.1\r\nHost: app\r\n${length}\r\n${body}`);
    return { answer: await answer, sentAt };
  }

  close(): void {
    this.socket.destroy();
  }

  #over(why: string): void {
    this.ended ??= why;
    for (const { fail } of this.#pending.splice(0)) fail(new Error(`no answer: ${why}`));
  }
}

/** Of an answer with a Content-Length, when its head is there. */
function sizeOf(bytes: Buffer): number | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const length = /content-length: (\d+)/i.exec(bytes.toString('latin1', 0, end))?.[1];
  if (length === undefined) throw new Error('an answer without a length');
  return end + 4 + Number(length);
}
