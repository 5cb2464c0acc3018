import { clock } from '../protocol/clock.js';
import type { Past } from '../protocol/messages.js';
import { idleFor, type Socket } from './internals.js';
import { moment } from './moment.js';
import type { Connection } from './sockets.js';

/** What a connection has done so far, here and in older generations. Changed in place: it is written at each request. */
export interface Doings {
  /** How many requests have begun on it. */
  requests: number;
  /** When its last answer had been written in an older generation, by the shared clock in ms; 0 after a request here. */
  since: number;
  /** When the request began that it works on, or the first of those that wait behind one another, by the same clock. */
  begun: number;
  /** It came from an older generation, so node has not counted all of it. */
  moved: boolean;
}

/** Beside the sockets: what the app sees of them is as under node. */
const pasts = new WeakMap<Socket, Doings>();

export function doingsOf(socket: Socket): Doings {
  let doings = pasts.get(socket);
  if (doings === undefined) pasts.set(socket, (doings = { requests: 0, since: 0, begun: 0, moved: false }));
  return doings;
}

/** What it has done, as another process is told of it. It is between two requests. */
export function pastOf({ speaker, acceptedAt }: Connection): Past {
  const { requests, since, moved } = doingsOf(speaker);
  if (requests === 0 && !moved) return { requests, since: clock() - (performance.now() - acceptedAt) };
  return { requests, since: since === 0 ? clock() - idleFor(speaker) : since };
}

/** It comes from an older generation. */
export function remember(socket: Socket, past: Past): void {
  Object.assign(doingsOf(socket), past, { begun: past.since, moved: true });
}

/** A request has begun on it. Answers are not followed, see {@link idleFor}. */
export function countRequest(socket: Socket, doings: Doings): void {
  // One that comes behind another that is not answered yet: both count from the first, nobody hears when that has ended.
  if (socket._httpMessage == null) doings.begun = moment();
  doings.requests += 1;
  doings.since = 0;
}

/** How long a socket has worked on its request, in ms; null where that was not seen. */
export function workedOn(socket: Socket): number | null {
  const { begun } = doingsOf(socket);
  return begun === 0 ? null : clock() - begun;
}
