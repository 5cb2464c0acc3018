import { subscribe } from 'node:diagnostics_channel';
import type tls from 'node:tls';
import type { Key, Peer } from '../protocol/messages.js';
import { builtin } from './builtin.js';
import { type Bare, bareOf } from './bare.js';
import { canMoveAny } from './fallbacks.js';
import type { Handle, Server, Socket } from './internals.js';
import { allListeners } from './listeners.js';
import { isSecure } from './secure.js';

const http = builtin('node:http');

/** An accepted connection that is still there. */
export interface Connection {
  /** What was accepted. */
  readonly socket: Socket;
  readonly key: Key;
  /** The socket that the protocol runs on: the TLS socket where there is one. */
  speaker: Socket;
  readonly acceptedAt: number;
  /** Of a connection whose TLS or HTTP/2 session another worker carries. */
  readonly peer: Peer | null;
  /** What listened on the TLS socket before the server did. */
  bare: Bare | null;
}

const connections = new Map<Socket, Connection>();
let last: Socket | null = null;
let onGone = (): void => {};
let onWeb = (_speaker: Socket): void => {};
/** Who gets the connections whose TLS is agreed only now, in the place of the app. */
let late: ((connection: Connection) => void) | null = null;

/** Sees every connection that a server of the app accepts, and those that node's HTTP has got. */
export function track(gone: () => void, web: (speaker: Socket) => void): void {
  onGone = gone;
  onWeb = web;
  subscribe('net.server.socket', (message) => {
    const { socket } = message as { socket: Socket };
    last = socket;
    const server = socket._server;
    if (server === null || server === undefined) return;
    const key = keyOf(server);
    if (key === undefined) return;
    enter(socket, key, null);
    onWeb(socket);
  });
}

/** The connection on this handle, which was accepted last; null where the server refused it. */
export function latest(handle: Handle): Socket | null {
  const socket = last?._handle === handle ? last : null;
  last = null;
  return socket;
}

export function enter(socket: Socket, key: Key, peer: Peer | null): void {
  connections.set(socket, { socket, key, speaker: socket, acceptedAt: performance.now(), peer, bare: null });
  socket.once('close', () => {
    connections.delete(socket);
    onGone();
  });
}

/** A server of the app listens: what its TLS sockets run on is remembered. */
export function watchTls(server: Server): void {
  if (!isSecure(server)) return;
  const { emit } = server;
  server.emit = function (this: tls.Server, event: string, ...args: unknown[]): boolean {
    if (event !== 'secureConnection') return Reflect.apply(emit, this, [event, ...args]) as boolean;
    const secure = args[0] as Socket & { _parent?: Socket };
    const connection = secure._parent === undefined ? undefined : connections.get(secure._parent);
    if (connection !== undefined) {
      connection.speaker = secure;
      connection.bare = bareOf(secure);
      if (late !== null) {
        late(connection);
        return true;
      }
    }
    const heard = Reflect.apply(emit, this, [event, ...args]) as boolean;
    onWeb(secure);
    return heard;
  };
}

export function countConnections(): number {
  return connections.size;
}

export function divertLate(listener: (connection: Connection) => void): void {
  late = listener;
}

function keyOf(server: Server): Key | undefined {
  return allListeners().find((listener) => listener.server === server)?.key;
}

export function allConnections(): readonly Connection[] {
  return [...connections.values()];
}

export function connectionOf(socket: Socket): Connection | undefined {
  return connections.get(socket) ?? allConnections().find(({ speaker }) => speaker === socket);
}

/** It is another process's now. */
export function forget(connection: Connection): void {
  connections.delete(connection.socket);
}

/** Whether its open socket can go to another process: nothing but HTTP/1.1 in the clear, or in what another one deciphers. */
export function canMove(connection: Connection): boolean {
  const { socket, peer } = connection;
  if (!canMoveAny()) return false;
  return socket._server instanceof http.Server || (peer !== null && socket.parser != null);
}

/** Whether node's own HTTP runs on it: a server of http, https or http2 with its TLS agreed. */
export function isWeb({ socket, speaker, peer }: Connection): boolean {
  const server = socket._server;
  if (server == null || !('setTimeout' in server)) return false;
  return !isSecure(server) || speaker !== socket || peer !== null;
}
