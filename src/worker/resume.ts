import type { ServerResponse } from 'node:http';
import { clock } from '../protocol/clock.js';
import type { Past } from '../protocol/messages.js';
import type { Server, Socket } from './internals.js';
import { remember } from './past.js';

/** What a server of node:http may be set to, in ms and in requests; 0 or nothing is no limit. */
interface Settings {
  readonly timeout?: number;
  readonly keepAliveTimeout?: number;
  readonly keepAliveTimeoutBuffer?: number;
  readonly maxRequestsPerSocket?: number;
}

/** What node adds to what it tells clients, where the server says nothing else, in ms. */
const BUFFER = 1_000;

/** Connections that wait for their first request here, with what ends the wait. */
const waiting = new WeakMap<Socket, NodeJS.Timeout | null>();

/** Without a Host, so that it fits below any `maxHeaderSize`; nobody sees it. */
const NOTHING = Buffer.from('GET / HTTP/1.1\r\n\r\n');

/**
 * Makes a moved connection one between two requests. To node's parser it would be a new one, whose first headers are
 * late after `headersTimeout` (a 408 to a client that only waits) and which `closeIdleConnections` passes over; so the
 * parser is given a request that nobody sees. And the keep-alive time-out runs on from the last answer.
 */
export function resume(socket: Socket, server: Server & Settings, past: Past): void {
  const { parser } = socket;
  if (parser == null) return;
  remember(socket, past);
  const { onIncoming } = parser;
  parser.onIncoming = () => 0;
  parser.execute(NOTHING);
  parser.onIncoming = onIncoming;
  parser.incoming = null;
  const left = timeLeft(server, past);
  // As between two requests: `server.timeout` does not count while the keep-alive time-out does.
  if (keepAlive(server) > 0) socket.setTimeout(0);
  waiting.set(socket, null);
  if (left !== null) expireIn(left, socket, clock() + left);
}

/** How long a connection with this past may still wait for a request, in ms; null where there is no limit. */
export function timeLeft(server: Settings, { since }: Past): number | null {
  const limit = keepAlive(server) > 0 ? keepAlive(server) + buffer(server) : (server.timeout ?? 0);
  return limit > 0 ? since + limit - clock() : null;
}

function keepAlive({ keepAliveTimeout = 0 }: Settings): number {
  return Number.isFinite(keepAliveTimeout) ? keepAliveTimeout : 0;
}

function buffer({ keepAliveTimeoutBuffer = BUFFER }: Settings): number {
  return keepAliveTimeoutBuffer;
}

/** A timer may ring early: it counts from the time at which the turn began that set it. */
function expireIn(ms: number, socket: Socket, end: number): void {
  const timer = setTimeout(
    () => {
      const left = end - clock();
      if (left > 0) expireIn(left, socket, end);
      else expire(socket);
    },
    Math.max(1, Math.ceil(ms)),
  );
  waiting.set(socket, timer.unref());
}

/** As node ends it: the app may have a say. A timer runs before what has arrived is read, an immediate after it. */
function expire(socket: Socket): void {
  setImmediate(() => {
    if (!socket.destroyed && socket._handle !== null && socket.bytesRead === 0) socket.emit('timeout');
  });
}

/**
 * A request begins on a connection that has moved: node has set no time-out that it would end now. True: requests are
 * limited here, see {@link limit}.
 */
export function goOn(socket: Socket): boolean {
  const settings = socket._server as Settings;
  const timer = waiting.get(socket);
  if (timer !== undefined) {
    if (timer !== null) clearTimeout(timer);
    waiting.delete(socket);
    const { timeout = 0 } = settings;
    if (keepAlive(settings) > 0) socket.setTimeout(timeout);
  }
  return (settings.maxRequestsPerSocket ?? 0) > 0;
}

/** This answers the `nth` request on a connection that has moved. Node has counted only those of this process. */
export function limit(socket: Socket, response: ServerResponse, nth: number): void {
  const { maxRequestsPerSocket = 0 } = socket._server as Settings;
  if (maxRequestsPerSocket <= 0 || nth < maxRequestsPerSocket) return;
  Object.defineProperty(response, 'maxRequestsOnConnectionReached', { get: () => true, set() {} });
}
