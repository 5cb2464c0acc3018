import type { Key, Past, Peer, ToPrimary, ToWorker } from '../protocol/messages.js';
import { acceptHere } from './accept.js';
import { admit } from './admit.js';
import { send } from './channel.js';
import type { Handle, Server, Socket } from './internals.js';
import { sendAway } from './lane.js';
import { isLive, listenerOf } from './listeners.js';
import { queue } from './queue.js';
import { resume } from './resume.js';
import { type Connection, forget, latest } from './sockets.js';

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

/** Gives an open connection away. `past`: what it has done, null where no server has met the client yet. */
export function move(key: Key, handle: Handle, past: Past | null, peer: Peer | null): void {
  moving += 1;
  leaving.push({ message: { tag: 'move', key, past, peer }, handle });
  sendNext();
}

interface Leaving {
  readonly message: Extract<ToPrimary, { tag: 'move' }>;
  readonly handle: Handle;
}

/** So many are sent before the primary has said what came of them. */
const AHEAD = 256;

/** When the primary is offered again what it could not take, in ms. */
const AGAIN = 100;

const leaving: Leaving[] = [];
let onTheWay = 0;
let pause: NodeJS.Timeout | null = null;

/** This copy keeps a connection open until the primary has it. */
function sendNext(): void {
  while (onTheWay < AHEAD && pause === null) {
    const next = leaving.shift();
    if (next === undefined) return;
    onTheWay += 1;
    const settled = (arrived: boolean): void => {
      onTheWay -= 1;
      if (arrived) gone(next);
      else refused(next);
      sendNext();
    };
    if (!sendAway(next.message, next.handle, settled)) queue({ ...next, gone: () => settled(true) });
  }
}

/** The client's end notices nothing. */
function gone({ handle }: Leaving): void {
  handle.close();
  moving -= 1;
  onMoved();
}

function refused(entry: Leaving): void {
  leaving.push(entry);
  pause ??= setTimeout(() => {
    pause = null;
    sendNext();
  }, AGAIN);
}

interface Taken {
  readonly id: number;
  readonly key: Key;
  readonly handle: Handle;
  /** Null where the client has met no server yet. */
  readonly past: Past | null;
  readonly peer: Peer | null;
}

const held: Taken[] = [];
let over = false;

/** An open connection of an older generation. It is not read before this worker is live. */
export function take({ id, key, past, peer }: Take, handle: Handle | undefined): void {
  // Under way when this worker was told to accept nothing more, or too much for it.
  if (over || handle === undefined) {
    handle?.close();
    return send({ tag: 'missed', id });
  }
  const taken = { id, key, handle, past, peer };
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

function start({ id, key, handle, past, peer }: Taken): void {
  const listener = listenerOf(key);
  if (listener === undefined || listener.server === null) {
    // The new code does not listen there.
    handle.close();
  } else {
    const { server } = listener;
    const socket =
      peer === null ? acceptMoved(server, listener.handle, handle, past) : admit(server, key, handle, peer);
    if (socket !== null && past !== null && past.requests > 0) resume(socket, server, past);
  }
  took(id);
}

/** Lets the server accept it. What an older generation had accepted is never one too many here. */
function acceptMoved(server: Server, listening: Handle, handle: Handle, past: Past | null): Socket | null {
  const { maxConnections, _connections } = server as Server & Limited;
  const limited = past !== null && maxConnections != null && _connections >= maxConnections;
  if (limited) server.maxConnections = _connections + 1;
  acceptHere(listening, handle);
  if (limited) server.maxConnections = maxConnections;
  return latest(handle);
}

interface Limited {
  readonly maxConnections: number | undefined;
  readonly _connections: number;
}
