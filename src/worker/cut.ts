import type { ServerResponse } from 'node:http';
import type { Past } from '../protocol/messages.js';
import { isFinishing } from './app.js';
import { send } from './channel.js';
import { drainMembers, isAnyBusy } from './cluster/primary.js';
import { leaveDatagrams } from './datagrams.js';
import { idleOf } from './idle.js';
import type { Handle, Socket } from './internals.js';
import { shutAll } from './listeners.js';
import { canRelay } from './fallbacks.js';
import { canHold, hold, isHeld } from './hold.js';
import { cutSessions, endSession, isAllLate, isSession, whenSettled } from './http2.js';
import { detach, isMoving, move, takeNoMore, whenMoved } from './move.js';
import { responseOf } from './open.js';
import { pastOf } from './past.js';
import { letGo } from './outage.js';
import { followRequests } from './requests.js';
import { allConnections, canMove, type Connection, connectionOf, divertLate, forget } from './sockets.js';

type Phase = 'serving' | 'moving' | 'closing' | 'drained';

let phase: Phase = 'serving';
let before: (moves: boolean) => void = () => {};

/** What of our own is to be ended at the cut. `moves`: another generation follows. */
export function onCut(listener: (moves: boolean) => void): void {
  before = listener;
}

/**
 * From the moment that this returns, no request that comes in is answered by this worker, but on connections that
 * are in the middle of one. Idle connections are taken off the app in one turn of the event loop, without a read in
 * between, and only then given away one after the other; the others follow when their request has ended.
 */
export function cut(moves: boolean): void {
  if (phase !== 'serving') return;
  phase = moves ? 'moving' : 'closing';
  shutAll();
  takeNoMore();
  before(moves);
  leaveDatagrams();
  drainMembers();
  if (process.env['ZDR_TEST_HANDOVER'] === 'off') return disconnect();
  // Where nobody can answer in the place of this worker, a client whose TLS is agreed only now is answered here.
  if (!moves || canRelay()) divertLate((connection) => void release(connection));
  const gone: (readonly [Connection, Handle, Past])[] = [];
  /** Those that were not heard here: with saves behind each other they would be the last each time. */
  const unheard: (readonly [Connection, Handle, Past])[] = [];
  for (const connection of idleOf(allConnections())) {
    const past = pastOf(connection);
    const list = connection.speaker.bytesRead === 0 ? unheard : gone;
    const handle = release(connection);
    if (handle !== null) list.push([connection, handle, past]);
  }
  if (moves && canRelay()) cutSessions();
  else for (const connection of allConnections()) if (isSession(connection)) endSession(connection, true);
  followRequests((request, response) => watch(request.socket as Socket, response));
  for (const { speaker } of allConnections()) {
    const response = responseOf(speaker);
    if (response !== null) watch(speaker, response);
  }
  send({ tag: 'cut' });
  for (const { key, handle } of letGo()) {
    if (moves) move(key, handle, null, null);
    else handle.close();
  }
  for (const [connection, handle, past] of [...unheard, ...gone]) move(connection.key, handle, past, connection.peer);
  whenMoved(check);
  whenSettled(check);
  check();
}

/** No handover at all, but what node:cluster's `worker.disconnect()` does: the control of a test that must be able to fail. */
function disconnect(): void {
  for (const { socket } of idleOf(allConnections())) socket.destroy();
  send({ tag: 'cut' });
  check();
}

/** Takes an idle connection off the app. Gives its handle when it is to move; else it is held, or ended. */
function release(connection: Connection): Handle | null {
  if (phase === 'moving') {
    if (canMove(connection)) return detach(connection);
    // Where no other worker can answer for this one, it does so itself, once.
    if (canHold(connection)) hold(connection);
    return null;
  }
  forget(connection);
  connection.speaker.destroySoon();
  return null;
}

const watched = new WeakSet<ServerResponse>();

/** A connection in the middle of a request goes as soon as both its directions are done. */
function watch(socket: Socket, response: ServerResponse): void {
  if (watched.has(response)) return;
  watched.add(response);
  const connection = connectionOf(socket);
  if (connection === undefined) return;
  // Nobody else answers what comes next: say with the answer that it is the last one here.
  const stays = phase === 'closing' || !(canMove(connection) || canHold(connection));
  if (stays && !response.headersSent) response.shouldKeepAlive = false;
  if (!canMove(connection) && canHold(connection)) stopBehind(connection, response);
  const again = (): void => recheck(connection);
  response.once('close', again);
  response.req.once('close', again);
}

/**
 * A TLS socket tells that an answer is written one turn late: by then the client may have it, and its next request may
 * be read here. So from the end of an answer on nothing is read until the connection was looked at.
 */
function stopBehind(connection: Connection, response: ServerResponse): void {
  const stop = (): void => {
    if (response.writableEnded && response.req.complete && !isHeld(connection)) connection.speaker._handle?.readStop();
  };
  response.once('prefinish', stop);
  response.req.once('close', stop);
  stop();
}

/** Runs on a 'close' of request or response, so no read lies between the check and the cut. */
function recheck(connection: Connection): void {
  if (isHeld(connection)) return;
  const [idle] = idleOf([connection]);
  if (idle === undefined || !allConnections().includes(connection)) {
    // A pipelined request that came before the cut: its response was not to be seen then.
    const next = responseOf(connection.speaker);
    if (next !== null) watch(connection.speaker, next);
    if (!canMove(connection) && next?.writableEnded !== true) connection.speaker._handle?.readStart?.();
    return;
  }
  const past = pastOf(connection);
  const handle = release(connection);
  if (handle !== null) move(connection.key, handle, past, connection.peer);
  check();
}

let relays = false;

/** Nothing of this app is open on it, and nothing will be. */
function isRelayed(connection: Connection): boolean {
  return isHeld(connection) || (isSession(connection) && isAllLate(connection));
}

/** Says once that nothing is left here, and before it that nothing is left of this app. */
export function check(): void {
  if (phase === 'serving' || phase === 'drained' || isFinishing() || isAnyBusy()) return;
  const open = allConnections();
  if (phase === 'moving' && !relays && open.length > 0 && open.every(isRelayed)) {
    relays = true;
    send({ tag: 'relays' });
  }
  if (open.length > 0 || isMoving()) return;
  phase = 'drained';
  send({ tag: 'drained' });
}
