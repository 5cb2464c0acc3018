import type { Server as HttpServer } from 'node:http';
import net from 'node:net';
import { builtin } from './builtin.js';
import type { Server, Socket } from './internals.js';
import type { Connection } from './sockets.js';

const http = builtin('node:http');

/**
 * The HTTP/1.1 connections between two requests, as node itself counts them: what `closeIdleConnections` would
 * destroy, recorded instead of destroyed. To these come connections that have not sent a byte.
 */
export function idleOf(connections: readonly Connection[]): readonly Connection[] {
  const http1 = connections.filter(({ speaker }) => speaker.parser != null);
  const servers = new Set(http1.map(({ socket }) => socket._server));
  const idle = new Set<Socket>();
  for (const server of servers) if (server != null) recordIdle(server, idle);
  return http1.filter(({ speaker }) => (idle.has(speaker) || speaker.bytesRead === 0) && isQuiet(speaker));
}

function recordIdle(server: Server, idle: Set<Socket>): void {
  const { destroy } = net.Socket.prototype;
  net.Socket.prototype.destroy = function (this: Socket) {
    idle.add(this);
    return this;
  };
  try {
    http.Server.prototype.closeIdleConnections.call(server as unknown as HttpServer);
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
