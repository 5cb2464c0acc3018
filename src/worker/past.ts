import type { ServerResponse } from 'node:http';
import type { Past } from '../protocol/messages.js';
import type { Socket } from './internals.js';
import type { Connection } from './sockets.js';

const PAST = Symbol('zdr.past');

interface Marked {
  [PAST]?: Past;
}

/** Monotonic ms by a clock that all processes of this machine share, unlike `performance.now()`. */
export function clock(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

/** What it has done so far, here and in older generations. */
export function pastOf({ speaker, acceptedAt }: Connection): Past {
  const past = (speaker as Marked)[PAST];
  return past ?? { requests: 0, since: clock() - Math.round(performance.now() - acceptedAt) };
}

/** It comes from an older generation. */
export function remember(socket: Socket, past: Past): void {
  (socket as Marked)[PAST] = past;
}

/** A request has begun on it. Gives how many there were, this one counted. */
export function countRequest(socket: Socket): number {
  const requests = ((socket as Marked)[PAST]?.requests ?? 0) + 1;
  (socket as Marked)[PAST] = { requests, since: 0 };
  return requests;
}

/** An answer was written on it: the keep-alive time-out runs from here. */
export function stampAnswer({ req }: ServerResponse): void {
  const socket = req.socket as Marked;
  const past = socket[PAST];
  if (past !== undefined) socket[PAST] = { requests: past.requests, since: clock() };
}
