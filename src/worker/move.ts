import type { Key, Peer, ToWorker } from '../protocol/messages.js';
import { acceptHere } from './accept.js';
import { admit } from './admit.js';
import { send } from './channel.js';
import type { Handle, Server, Socket } from './internals.js';
import { sendAway } from './lane.js';
import { isLive, listenerOf } from './listeners.js';
import { queue } from './queue.js';
import { type Connection, forget } from './sockets.js';

type Take = Extract<ToWorker, { tag: 'take' }>;

let moving = 0;
let onMoved = (): void => {};

/** Connections on their way out of this process. */
export function isMoving(): boolean {
  return moving > 0;
}

export function whenMoved(listener: () => void): void {
  onMoved = listener;
}

/** Stops reading: what the client sends from here on stays in the kernel until the next owner reads it. */
export function detach(connection: Connection): Handle | null {
  const { socket } = connection;
  const handle = socket._handle;
  if (handle === null) return null;
  handle.readStop();
  unconsume(socket);
  forget(connection);
  socket._handle = null;
  // The app sees an ordinary close; node frees the parser and the server's count.
  socket.destroy();
  return handle;
}

/** Node's parser reads no more by itself. */
export function unconsume({ parser }: Socket): void {
  if (parser?._consumed !== true) return;
  parser.unconsume();
  Reflect.set(parser, '_consumed', false);
}

/** Gives an open connection away. `served`: it has answered a request, so the keep-alive time-out runs. */
export function move(key: Key, handle: Handle, served: boolean, peer: Peer | null): void {
  moving += 1;
  const message = { tag: 'move', key, served, peer } as const;
  const gone = (): void => {
    // Our copy; the client's end notices nothing.
    handle.close();
    moving -= 1;
    onMoved();
  };
  if (!sendAway(message, handle, gone)) queue({ message, handle, gone });
}

interface Taken {
  readonly id: number;
  readonly key: Key;
  readonly handle: Handle;
  readonly served: boolean;
  readonly peer: Peer | null;
}

const held: Taken[] = [];
let over = false;

/** An open connection of an older generation. It is not read before this worker is live. */
export function take({ id, key, served, peer }: Take, handle: Handle | undefined): void {
  // Under way when this worker was told to accept nothing more, or too much for it.
  if (over || handle === undefined) {
    handle?.close();
    return send({ tag: 'missed', id });
  }
  const taken = { id, key, handle, served, peer };
  if (isLive()) start(taken);
  else held.push(taken);
}

export function startTaken(): void {
  for (const taken of held.splice(0)) start(taken);
}

/** From here on nothing is taken: the primary still has its copy. */
export function takeNoMore(): void {
  over = true;
}

const done: number[] = [];

/** Said of all at once that came in the same turn. */
function took(id: number): void {
  if (done.push(id) > 1) return;
  setImmediate(() => send({ tag: 'took', ids: done.splice(0) }));
}

function start({ id, key, handle, served, peer }: Taken): void {
  const listener = listenerOf(key);
  if (listener === undefined || listener.server === null) {
    // The new code does not listen there.
    handle.close();
  } else if (peer !== null) {
    const socket = admit(listener.server, key, handle, peer);
    if (served) resume(socket, listener.server as Server & HttpTimes);
  } else {
    const before = new Set<Socket>();
    const { server } = listener;
    const seen = (socket: Socket) => before.add(socket);
    server.prependListener('connection', seen);
    acceptHere(listener.handle, handle);
    server.removeListener('connection', seen);
    if (served) for (const socket of before) resume(socket, server as Server & HttpTimes);
  }
  took(id);
}

/** Connections that had answered a request before they came here. */
const resumed = new WeakSet<Socket>();

/** Whether it has answered a request, here or in an older generation. */
export function hasServed({ speaker }: Connection): boolean {
  return speaker.bytesRead > 0 || resumed.has(speaker);
}

interface HttpTimes {
  readonly keepAliveTimeout?: number;
}

const NOTHING = Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');

/**
 * Makes it a connection between two requests. To node's parser it would be a new one, whose first headers are late
 * after `headersTimeout` (a 408 to a client that only waits) and which `closeIdleConnections` passes over; so the
 * parser is given a request that nobody sees. And the keep-alive time-out runs on.
 */
function resume(socket: Socket, server: Server & HttpTimes): void {
  const { parser } = socket;
  if (parser == null) return;
  resumed.add(socket);
  const { onIncoming } = parser;
  parser.onIncoming = () => 0;
  parser.execute(NOTHING);
  parser.onIncoming = onIncoming;
  parser.incoming = null;
  const { keepAliveTimeout } = server;
  if (keepAliveTimeout === undefined || keepAliveTimeout <= 0) return;
  setTimeout(() => {
    if (!socket.destroyed && socket.bytesRead === 0) socket.destroy();
  }, keepAliveTimeout).unref();
}
