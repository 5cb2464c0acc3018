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

export interface Server extends net.Server {
  _handle: Handle | null;
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

/** The seam through which net.Server#listen asks cluster for a handle in a worker. */
export interface ClusterChild {
  _getServer(server: unknown, query: ListenQuery, done: (error: number, handle: unknown) => void): void;
}

export interface ListenQuery {
  readonly address: string | null;
  readonly port: number;
  readonly addressType: number | string;
  readonly fd?: number;
  readonly flags?: number;
  readonly backlog?: number;
}

type Membership = (...args: readonly (string | undefined)[]) => number;

/** libuv's UDP handle as node wraps it. Errors are negative numbers. */
export interface UdpHandle extends Handle {
  bind(address: string, port: number, flags: number): number;
  bind6(address: string, port: number, flags: number): number;
  recvStart(): number;
  recvStop(): number;
  addMembership: Membership;
  dropMembership: Membership;
  addSourceSpecificMembership: Membership;
  dropSourceSpecificMembership: Membership;
}

/** A handle of the socket's own kind, bound; or the error. dgram takes no other way to bind as the first. */
export function boundUdp(socket: dgram.Socket, address: string, port: number, flags: number): UdpHandle | number {
  const mark = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol');
  const { type, handle } = Reflect.get(socket, mark ?? '') as { readonly type: string; readonly handle: UdpHandle };
  const fresh = new (handle.constructor as new () => UdpHandle)();
  const error = type === 'udp6' ? fresh.bind6(address, port || 0, flags) : fresh.bind(address, port || 0, flags);
  if (error === 0) return fresh;
  fresh.close();
  return error;
}
