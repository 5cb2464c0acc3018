import { clock } from '../protocol/clock.js';
import type { Past } from '../protocol/messages.js';
import { idleFor, type Socket } from './internals.js';
import type { Connection } from './sockets.js';

const PAST = Symbol('zdr.past');

/** What a connection has done so far, here and in older generations. Changed in place: it is written at each request. */
interface Doings {
  /** How many requests have begun on it. */
  requests: number;
  /** When its last answer had been written in an older generation, by the shared clock in ms; 0 after a request here. */
  since: number;
  /** When the request began that it works on, or the first of those that wait behind one another, by the same clock. */
  begun: number;
  /** It came from an older generation, so node has not counted all of it. */
  readonly moved: boolean;
}

interface Marked {
  [PAST]?: Doings;
}

/** What it has done, as another process is told of it. It is between two requests. */
export function pastOf({ speaker, acceptedAt }: Connection): Past {
  const { requests, since } = (speaker as Marked)[PAST] ?? {
    requests: 0,
    since: clock() - (performance.now() - acceptedAt),
  };
  return { requests, since: since === 0 ? clock() - idleFor(speaker) : since };
}

/** It comes from an older generation. */
export function remember(socket: Socket, past: Past): void {
  (socket as Marked)[PAST] = { ...past, begun: past.since, moved: true };
}

/** A request has begun on it. At each request, so it asks the clock once; answers are not followed, see {@link idleFor}. */
export function countRequest(socket: Socket): Doings {
  const doings = (socket as Marked)[PAST];
  if (doings === undefined) return ((socket as Marked)[PAST] = { requests: 1, since: 0, begun: clock(), moved: false });
  // One that comes behind another that is not answered yet: both count from the first, nobody hears when that has ended.
  if (socket._httpMessage == null) doings.begun = clock();
  doings.requests += 1;
  doings.since = 0;
  return doings;
}

/** How long a socket has worked on its request, in ms; null where that was not seen. */
export function workedOn(socket: Socket): number | null {
  const doings = (socket as Marked)[PAST];
  return doings === undefined ? null : clock() - doings.begun;
}
