import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { Reloaded } from '../outcome.js';
import type { Status } from '../status.js';
import { removeFolder } from '../primary/folder.js';
import type { Place } from './place.js';
import { EVERY, type Hello, LONGEST, PATIENCE, type Reply, type Request } from './protocol.js';

/** What the socket lets others do. */
export interface Controlled {
  hello(): Hello;
  reload(): Promise<Reloaded>;
  status(): Promise<Status>;
}

/** So many clients at once. More are closed at once. */
const CLIENTS = 32;

/** Who reads so little that this many bytes wait gets no more. */
const UNREAD = 1_048_576;

/** Listens on a control socket. Whoever can open it may do all of {@link Controlled}, so only its owner can. */
export class ControlServer {
  readonly #controlled: Controlled;
  readonly #place: Place;
  readonly #server: Server;
  readonly #clients = new Set<Socket>();

  /** `failed`: it cannot listen, or not any more. */
  constructor(place: Place, controlled: Controlled, failed: (error: Error) => void) {
    this.#controlled = controlled;
    this.#place = place;
    // A client may end its side when it has asked, and still gets its answer.
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#meet(socket));
    this.#server.maxConnections = CLIENTS;
    this.#server.on('error', failed);
    this.#server.listen(place.path, () => {
      if (place.folder === null) return;
      try {
        chmodSync(place.path, 0o600);
      } catch (error) {
        failed(error as Error);
      }
    });
  }

  /** Clients that still wait see the connection end. */
  close(): void {
    this.#server.close();
    for (const socket of this.#clients) socket.destroy();
    if (this.#place.folder !== null) removeFolder(this.#place.folder);
  }

  #meet(socket: Socket): void {
    this.#clients.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#clients.delete(socket));
    const late = setTimeout(() => refuse(socket, `no request within ${PATIENCE} ms`), PATIENCE);
    socket.once('close', () => clearTimeout(late));
    let line = Buffer.alloc(0);
    const read = (chunk: Buffer): void => {
      line = Buffer.concat([line, chunk.subarray(0, LONGEST + 1)]);
      const end = line.indexOf(0x0a);
      if (end === -1 && line.length <= LONGEST) return;
      clearTimeout(late);
      socket.off('data', read);
      socket.off('end', cut);
      // What comes after the request is not looked at, but its end is.
      socket.resume();
      const request = end === -1 || end > LONGEST ? null : readRequest(line.subarray(0, end).toString());
      if (request === null) return refuse(socket, 'not a request that this version of zdr knows');
      void this.#answer(socket, request);
    };
    const cut = (): void => refuse(socket, 'not a whole request');
    socket.on('data', read);
    socket.on('end', cut);
  }

  async #answer(socket: Socket, { ask }: Request): Promise<void> {
    try {
      switch (ask) {
        case 'hello':
          return finish(socket, { tag: 'hello', hello: this.#controlled.hello() });
        case 'reload':
          return finish(socket, { tag: 'outcome', outcome: await this.#controlled.reload() });
        case 'status':
          return finish(socket, { tag: 'status', status: await this.#controlled.status() });
        case 'watch':
          return await this.#stream(socket);
      }
    } catch (error) {
      refuse(socket, (error as Error).message);
    }
  }

  async #stream(socket: Socket): Promise<void> {
    socket.once('end', () => socket.end());
    while (socket.writable) {
      const status = await this.#controlled.status();
      if (socket.writableLength > UNREAD) socket.destroy();
      if (socket.writable) socket.write(lineOf({ tag: 'status', status }));
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          socket.off('close', done);
          resolve();
        };
        const timer = setTimeout(done, EVERY);
        socket.once('close', done);
      });
    }
  }
}

const asks: readonly string[] = ['hello', 'reload', 'status', 'watch'] satisfies readonly Request['ask'][];

function readRequest(line: string): Request | null {
  try {
    const request = JSON.parse(line) as Request | null;
    return request !== null && asks.includes(request.ask) ? { ask: request.ask } : null;
  } catch {
    return null;
  }
}

function refuse(socket: Socket, why: string): void {
  finish(socket, { tag: 'refused', why });
}

/** The last words. Who does not end its side then is not waited for. */
function finish(socket: Socket, reply: Reply): void {
  if (!socket.writable) return void socket.destroy();
  socket.end(lineOf(reply));
  const late = setTimeout(() => socket.destroy(), PATIENCE);
  socket.once('close', () => clearTimeout(late));
  socket.resume();
}

function lineOf(reply: Reply): string {
  return `${JSON.stringify(reply)}\n`;
}
