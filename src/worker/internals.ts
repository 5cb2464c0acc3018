import type dgram from 'node:dgram';
import net from 'node:net';

/**
 * The parts of node that have no public name and that a handover needs. They are typed here and nowhere else, and
 * `fallbacks.ts` tells what is done without those that are not there. Read in node's lib/net.js, lib/_http_server.js and lib/internal/cluster.
 */

/** libuv's TCP or Pipe handle as node wraps it. */
export interface Handle {
  listen(backlog: number): number;
  close(callback?: () => void): void;
  ref(): void;
  unref(): void;
  readStart?(): number;
  readStop(): number;
  getsockname?(out: { address?: string; family?: string; port?: number }): number;
  onconnection: ((error: number, client: Handle | undefined) => void) | null;
  readonly writeQueueSize?: number;
}

export interface HttpParser {
  readonly _consumed?: boolean;
  incoming: unknown;
  onIncoming: unknown;
  execute(chunk: Buffer): unknown;
  unconsume(): void;
}

export interface Socket extends net.Socket {
  _handle: Handle | null;
  _server?: Server | null;
  parser?: HttpParser | null;
  _httpMessage?: unknown;
}

interface Timer {
  readonly _idleStart?: number;
}

/** The app may put other timers in the place of these, for tests of its own. */
const { setTimeout, clearTimeout } = globalThis;

/**
 * How long nothing has gone over a socket, in ms, by the timer of its time-out, which node starts anew each time; 0
 * without a time-out. As exact as node itself: it knows the time at which a turn of the event loop began.
 */
export function idleFor(socket: Socket): number {
  const mark = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'timeout');
  const started = (Reflect.get(socket, mark ?? '') as Timer | null | undefined)?._idleStart ?? -1;
  if (started < 0) return 0;
  const probe = setTimeout(() => {}, 1_000);
  const now = (probe as Timer)._idleStart ?? started;
  clearTimeout(probe);
  return now - started;
}

export interface Server extends net.Server {
  _handle: Handle | null;
  /** The app has unref'd it. */
  readonly _unref?: boolean;
}

/** `net.Server.prototype._listen2`: binds when `server._handle` is not set, listens, and says so or emits the error. */
export type Listen2 = (
  this: Server,
  address: string | null,
  port: number,
  addressType: number,
  backlog?: number,
  fd?: number,
  flags?: number,
) => void;

interface ServerPrototype {
  _listen2: Listen2;
}

export const serverPrototype = net.Server.prototype as unknown as ServerPrototype;

interface CreateServerHandle {
  _createServerHandle?(address: string | null, port: number, addressType: number, fd?: number): Handle | number;
}

export const createServerHandle = (net as unknown as CreateServerHandle)._createServerHandle;

type Membership = (...args: readonly (string | undefined)[]) => number;

/** libuv's UDP handle as node wraps it. Errors are negative numbers. */
export interface UdpHandle extends Handle {
  bind(address: string, port: number, flags: number): number;
  bind6(address: string, port: number, flags: number): number;
  lookup: unknown;
  connect: unknown;
  send: unknown;
  recvStart(): number;
  recvStop(): number;
  addMembership: Membership;
  dropMembership: Membership;
  addSourceSpecificMembership: Membership;
  dropSourceSpecificMembership: Membership;
}

/** What dgram keeps of a socket. Its `bind` looks the address up first, and asks for the handle only then. */
interface UdpState {
  readonly type: string;
  handle: UdpHandle;
}

function stateOf(socket: dgram.Socket): UdpState {
  const mark = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol');
  return Reflect.get(socket, mark ?? '') as UdpState;
}

/** Where a socket is to be bound. `ip`: looked up already. */
export interface UdpQuery {
  readonly type: string;
  readonly ip: string;
  readonly port: number;
  readonly flags: number;
}

/** Binds the socket with the handle that `bound` gives, in the place of its own, or with the error. */
export function bindWith(socket: dgram.Socket, bound: (query: UdpQuery) => UdpHandle | number): void {
  const state = stateOf(socket);
  const { handle: own, type } = state;
  own.bind = (ip, port, flags) => {
    const handle = bound({ type, ip, port, flags });
    if (typeof handle === 'number') return handle;
    // As dgram does it in a worker of node:cluster: `lookup`, `bind` and `send` are those of its type, the mark is its owner.
    for (const mark of Object.getOwnPropertySymbols(own))
      if (Reflect.get(own, mark) === socket) Reflect.set(handle, mark, socket);
    for (const name of ['lookup', 'connect', 'send'] as const) if (Object.hasOwn(own, name)) handle[name] = own[name];
    own.close();
    state.handle = handle;
    return 0;
  };
}

/** A handle of the socket's own kind, bound; or the error. dgram takes no other way to bind as the first. */
export function boundUdp(socket: dgram.Socket, { type, ip, port, flags }: UdpQuery): UdpHandle | number {
  const Udp = stateOf(socket).handle.constructor as new () => UdpHandle;
  const fresh = new Udp();
  const error = type === 'udp6' ? fresh.bind6(ip, port || 0, flags) : fresh.bind(ip, port || 0, flags);
  if (error === 0) return fresh;
  fresh.close();
  return error;
}
