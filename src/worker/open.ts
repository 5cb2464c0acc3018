import type { ServerResponse } from 'node:http';
import type { Open } from '../events.js';
import { isHeld } from './hold.js';
import { isSession, openStreams } from './http2.js';
import type { Socket } from './internals.js';
import { workedOn } from './past.js';
import { allConnections, type Connection, isWeb } from './sockets.js';

/** A response as node keeps it: with its header block once that is written. */
type Response = ServerResponse & { readonly _header?: string | null };

/** What is still served here, by name. */
export function listOpen(): readonly Open[] {
  return allConnections().flatMap((connection) =>
    isSession(connection) ? openStreams(connection) : (describe(connection) ?? []),
  );
}

function describe(connection: Connection): Open | null {
  const age = performance.now() - connection.acceptedAt;
  const response = responseOf(connection.speaker);
  if (response !== null) {
    const { method = '', url = '' } = response.req;
    const tag = isEventStream(response) ? 'events' : 'request';
    return { tag, method, path: url, age: workedOn(connection.speaker) ?? age };
  }
  if (isUpgraded(connection)) return { tag: 'websocket', path: '', age };
  return isHeld(connection) || 'setTimeout' in (connection.socket._server ?? {}) ? null : { tag: 'socket', age };
}

/** The response that a socket of node:http works on. */
export function responseOf(socket: Socket): Response | null {
  return (socket._httpMessage as Response | null | undefined) ?? null;
}

const EVENTS = /^content-type:\s*text\/event-stream/im;

export function isEventStream(response: Response): boolean {
  // Headers given to `writeHead` alone are in the header block only.
  return (
    EVENTS.test(response._header ?? '') || String(response.getHeader('content-type')).startsWith('text/event-stream')
  );
}

/** Handed to the app by an 'upgrade': node's parser has let go of it. */
export function isUpgraded(connection: Connection): boolean {
  const { speaker } = connection;
  if (!isWeb(connection) || isSession(connection) || isHeld(connection)) return false;
  return speaker.parser == null && speaker._httpMessage == null && speaker.bytesRead > 0;
}
