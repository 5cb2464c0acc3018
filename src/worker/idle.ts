import http from 'node:http';
import net from 'node:net';
import type { Server, Socket } from './internals.js';
import { type Connection, isPlainHttp } from './sockets.js';

/**
 * The HTTP/1.1 connections between two requests, as node itself counts them: what `closeIdleConnections` would
 * destroy, recorded instead of destroyed. To these come connections that have not sent a byte.
 */
export function idleOf(connections: readonly Connection[]): readonly Connection[] {
  const plain = connections.filter(isPlainHttp);
  const servers = new Set(plain.map(({ socket }) => socket._server));
  const idle = new Set<Socket>();
  for (const server of servers) if (server instanceof http.Server) recordIdle(server, idle);
  return plain.filter(({ socket }) => (idle.has(socket) || socket.bytesRead === 0) && isQuiet(socket));
}

function recordIdle(server: Server & http.Server, idle: Set<Socket>): void {
  const { destroy } = net.Socket.prototype;
  net.Socket.prototype.destroy = function (this: Socket) {
    idle.add(this);
    return this;
  };
  try {
    http.Server.prototype.closeIdleConnections.call(server);
  } finally {
    net.Socket.prototype.destroy = destroy;
  }
}

/** Nothing under way in either direction, and still HTTP. */
function isQuiet(socket: Socket): boolean {
  return (
    !socket.destroyed &&
    socket._handle !== null &&
    socket.parser != null &&
    socket._httpMessage == null &&
    socket.writable &&
    !socket.readableEnded &&
    socket.readableLength === 0 &&
    socket.writableLength === 0 &&
    (socket._handle.writeQueueSize ?? 0) === 0
  );
}
