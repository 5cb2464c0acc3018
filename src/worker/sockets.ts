import { subscribe } from 'node:diagnostics_channel';
import http from 'node:http';
import tls from 'node:tls';
import type { Key } from '../protocol/messages.js';
import type { Server, Socket } from './internals.js';
import { allListeners } from './listeners.js';

/** An accepted connection that is still there. */
export interface Connection {
  /** What was accepted. */
  readonly socket: Socket;
  readonly key: Key;
  /** The socket that the protocol runs on: the TLS socket where there is one. */
  speaker: Socket;
  readonly acceptedAt: number;
}

const connections = new Map<Socket, Connection>();
let onGone = (): void => {};

/** Sees every connection that a server of the app accepts; costs nothing per request. */
export function track(gone: () => void): void {
  onGone = gone;
  subscribe('net.server.socket', (message) => {
    const { socket } = message as { socket: Socket };
    const server = socket._server;
    if (server === null || server === undefined) return;
    const key = keyOf(server);
    if (key === undefined) return;
    const connection: Connection = { socket, key, speaker: socket, acceptedAt: performance.now() };
    connections.set(socket, connection);
    socket.once('close', () => {
      connections.delete(socket);
      onGone();
    });
    if (server instanceof tls.Server) watchTls(server);
  });
}

const watched = new WeakSet<Server>();

function watchTls(server: Server): void {
  if (watched.has(server)) return;
  watched.add(server);
  server.prependListener('secureConnection', (secure: Socket & { _parent?: Socket }) => {
    const connection = secure._parent === undefined ? undefined : connections.get(secure._parent);
    if (connection !== undefined) connection.speaker = secure;
  });
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

/** Whether node's own HTTP/1.1 speaks on it, without TLS. */
export function isPlainHttp({ socket }: Connection): boolean {
  return socket._server instanceof http.Server;
}
