import { subscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import net from 'node:net';
import type { Key, Peer } from '../protocol/messages.js';
import type { Handle, Server, Socket } from './internals.js';
import { dress } from './peer.js';
import { watchRequests } from './requests.js';
import { enter } from './sockets.js';

/** Connections whose next answer is to be the last. */
let last: WeakSet<net.Socket> | null = null;

/**
 * Gives the app's server a connection whose TLS or HTTP/2 session an older worker carries on. To the app it is one of
 * its own: it comes by the same event, and its socket knows the client's address, certificate and protocol.
 */
export function admit(server: Server, key: Key, handle: Handle, peer: Peer): Socket {
  const { allowHalfOpen = false } = server as { allowHalfOpen?: boolean };
  const options = { handle, allowHalfOpen, readable: true, writable: true };
  const socket = new net.Socket(options as net.SocketConstructorOpts) as Socket & { server?: Server };
  dress(socket, peer);
  // As net.Server does for what it accepts: node takes it off the count when it closes.
  socket.server = server;
  socket._server = server;
  (server as { _connections?: number })._connections! += 1;
  enter(socket, key, peer);
  if (peer.last) sayLast(socket);
  server.emit(peer.tls === null ? 'connection' : 'secureConnection', socket);
  if (peer.tls === null) watchRequests(socket);
  return socket;
}

function sayLast(socket: Socket): void {
  if (last === null) {
    const sockets = new WeakSet<net.Socket>();
    last = sockets;
    subscribe('http.server.request.start', (message) => {
      const { response } = message as { response: ServerResponse };
      if (sockets.has(response.req.socket)) response.shouldKeepAlive = false;
    });
  }
  last.add(socket);
}
