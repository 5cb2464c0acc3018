import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { performance } from 'node:perf_hooks';
import type { Where } from './where.js';

export interface StreamAnswer {
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  /** Statuses of the interim answers. */
  readonly interim: readonly (number | undefined)[];
  readonly body: Buffer;
  readonly sentAt: number;
}

/** Node's own HTTP/2 client, without any retry. */
export class Session {
  readonly session: ClientHttp2Session;

  private constructor(session: ClientHttp2Session) {
    this.session = session;
    session.on('error', () => {});
  }

  static async open(where: Where, scheme: 'http' | 'https'): Promise<Session> {
    if (!('port' in where)) throw new Error('a port is needed');
    const session = connect(`${scheme}://localhost:${where.port}`, { rejectUnauthorized: false });
    await once(session, 'connect');
    return new Session(session);
  }

  /** Whether the server has asked it to leave, or it ended. */
  get over(): boolean {
    return this.session.closed || this.session.destroyed;
  }

  async send(path = '/', body = '', trailers: OutgoingHttpHeaders = {}): Promise<StreamAnswer> {
    const sentAt = performance.now();
    const method = body === '' ? 'GET' : 'POST';
    const stream = this.session.request(
      { ':path': path, ':method': method },
      { endStream: body === '', waitForTrailers: body !== '' },
    );
    if (body !== '') {
      stream.on('wantTrailers', () => stream.sendTrailers(trailers));
      stream.end(body);
    }
    return { ...(await answerOf(stream)), sentAt };
  }

  close(): void {
    this.session.destroy();
  }
}

function answerOf(stream: ClientHttp2Stream): Promise<Omit<StreamAnswer, 'sentAt'>> {
  return new Promise((resolve, reject) => {
    let headers: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    const interim: (number | undefined)[] = [];
    const body: Buffer[] = [];
    let ended = false;
    stream.on('headers', (more) => interim.push(more[':status']));
    stream.on('response', (head) => (headers = head));
    stream.on('trailers', (fields) => (trailers = fields));
    stream.on('data', (bytes: Buffer) => body.push(bytes));
    stream.on('end', () => (ended = true));
    stream.on('error', reject);
    stream.on('close', () => {
      const whole = ended && headers[':status'] !== undefined && stream.rstCode === constants.NGHTTP2_NO_ERROR;
      if (whole) resolve({ headers, trailers, interim, body: Buffer.concat(body) });
      else reject(new Error(`stream closed with ${stream.rstCode}, status ${headers[':status']}`));
    });
  });
}
