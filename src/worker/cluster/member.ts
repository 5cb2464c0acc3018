import cluster from 'node:cluster';
import { subscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { dealsOut, type FromMember, MEMBER, type ToMember } from './words.js';

const open = new Map<Socket, ServerResponse | null>();
let draining = false;
let met = 0;

/**
 * Makes a worker of the app's own node:cluster follow the app's primary: it stops to keep connections when that is cut.
 * None is closed under a client that might just be writing: each gets one more answer, which says that it is the last.
 */
export function installMember(): void {
  if (!cluster.isWorker) return;
  subscribe('net.server.socket', (message) => {
    const { socket } = message as { socket: Socket };
    open.set(socket, null);
    if (draining) tellOpen();
    socket.once('close', () => {
      open.delete(socket);
      if (draining) tellOpen();
    });
  });
  subscribe('http.server.request.start', (message) => {
    const { socket, response } = message as { socket: Socket; response: ServerResponse };
    if (draining) response.shouldKeepAlive = false;
    else if (open.has(socket)) open.set(socket, response);
  });
  process.on('internalMessage' as 'message', (message: unknown) => {
    if ((message as Partial<ToMember> | null)?.cmd === MEMBER) drain();
    if (!dealsOut(message)) return;
    met += 1;
    if (draining) tellOpen();
  });
}

/** What it begins with has run. */
export function tellEvaluated(): void {
  if (cluster.isWorker) setImmediate(() => tell({ cmd: MEMBER, zdr: 'evaluated' }));
}

function drain(): void {
  if (draining) return;
  draining = true;
  for (const response of open.values())
    if (response !== null && !response.headersSent && !response.writableEnded) response.shouldKeepAlive = false;
  tellOpen();
}

function tellOpen(): void {
  tell({ cmd: MEMBER, zdr: 'open', open: open.size, met });
}

function tell(message: FromMember): void {
  if (process.connected) process.send?.(message, undefined, {}, () => {});
}
