import type { ServerResponse } from 'node:http';
import { send } from './channel.js';
import { idleOf } from './idle.js';
import type { Handle, Socket } from './internals.js';
import { shutAll } from './listeners.js';
import { detach, isMoving, move, whenMoved } from './move.js';
import { responseOf } from './open.js';
import { followRequests } from './requests.js';
import { allConnections, type Connection, connectionOf, forget, isPlainHttp } from './sockets.js';

type Phase = 'serving' | 'moving' | 'closing' | 'drained';

let phase: Phase = 'serving';

/**
 * From the moment that this returns, no request that comes in is answered by this worker, but on connections that
 * are in the middle of one. Idle connections are taken off the app in one turn of the event loop, without a read in
 * between, and only then given away one after the other; the others follow when their request has ended.
 */
export function cut(moves: boolean): void {
  if (phase !== 'serving') return;
  phase = moves ? 'moving' : 'closing';
  shutAll();
  const gone: (readonly [Connection, Handle, boolean])[] = [];
  for (const connection of idleOf(allConnections())) {
    const served = connection.socket.bytesRead > 0;
    const handle = release(connection);
    if (handle !== null) gone.push([connection, handle, served]);
  }
  followRequests((request, response) => watch(request.socket as Socket, response));
  for (const { speaker } of allConnections()) {
    const response = responseOf(speaker);
    if (response !== null) watch(speaker, response);
  }
  send({ tag: 'cut' });
  for (const [connection, handle, served] of gone) move(connection.key, handle, served);
  whenMoved(check);
  check();
}

/** Takes an idle connection off the app. Gives its handle when it is to move; else it is ended. */
function release(connection: Connection): Handle | null {
  if (phase === 'moving') return detach(connection);
  forget(connection);
  connection.socket.destroySoon();
  return null;
}

const watched = new WeakSet<ServerResponse>();

/** A connection in the middle of a request goes as soon as both its directions are done. */
function watch(socket: Socket, response: ServerResponse): void {
  if (watched.has(response)) return;
  watched.add(response);
  const connection = connectionOf(socket);
  if (connection === undefined) return;
  if (!isPlainHttp(connection) || phase === 'closing') {
    // It cannot move: say with the answer that it is the last one here.
    if (!response.headersSent) response.shouldKeepAlive = false;
    if (!isPlainHttp(connection)) return;
  }
  const again = (): void => recheck(connection);
  response.once('close', again);
  response.req.once('close', again);
}

/** Runs on a 'close' of request or response, so no read lies between the check and the cut. */
function recheck(connection: Connection): void {
  const [idle] = idleOf([connection]);
  if (idle === undefined || !allConnections().includes(connection)) return;
  const handle = release(connection);
  if (handle !== null) move(connection.key, handle, true);
  check();
}

/** Says once that nothing is left here. */
export function check(): void {
  if (phase === 'serving' || phase === 'drained') return;
  if (allConnections().length > 0 || isMoving()) return;
  phase = 'drained';
  send({ tag: 'drained' });
}
