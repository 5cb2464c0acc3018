import { clock } from '../protocol/clock.js';
import type { Past } from '../protocol/messages.js';
import type { Socket } from './internals.js';
import type { Connection } from './sockets.js';

const PAST = Symbol('zdr.past');

/** What a connection has done so far, here and in older generations. Changed in place: it is written at each request. */
interface Doings {
  /** How many requests have begun on it. */
  requests: number;
  /** When its last answer had been written, by the shared clock in ms; 0 while there is none, or one is under way. */
  since: number;
  /** When the request began that it works on, by the same clock. */
  begun: number;
  /** It came from an older generation, so node has not counted all of it. */
  readonly moved: boolean;
}

interface Marked {
  [PAST]?: Doings;
}

/** What it has done, as another process is told of it. */
export function pastOf({ speaker, acceptedAt }: Connection): Past {
  const { requests, since } = (speaker as Marked)[PAST] ?? {
    requests: 0,
    since: clock() - (performance.now() - acceptedAt),
  };
  return { requests, since };
}

/** It comes from an older generation. */
export function remember(socket: Socket, past: Past): void {
  (socket as Marked)[PAST] = { ...past, begun: past.since, moved: true };
}

/** A request has begun on it. */
export function countRequest(socket: Socket): Doings {
  const begun = clock();
  const doings = (socket as Marked)[PAST];
  if (doings === undefined) return ((socket as Marked)[PAST] = { requests: 1, since: 0, begun, moved: false });
  // One that comes behind another that is not answered yet has its turn after that.
  if (doings.since !== 0) doings.begun = begun;
  doings.requests += 1;
  doings.since = 0;
  return doings;
}

/** An answer was written on it: the keep-alive time-out runs from here. */
export function stampAnswer(socket: Socket): void {
  const doings = (socket as Marked)[PAST];
  if (doings !== undefined) doings.since = doings.begun = clock();
}

/** How long a socket has worked on its request, in ms; null where that was not seen. */
export function workedOn(socket: Socket): number | null {
  const doings = (socket as Marked)[PAST];
  return doings === undefined ? null : clock() - doings.begun;
}
