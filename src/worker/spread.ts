import type { Key } from '../protocol/messages.js';
import { isDealt } from './accept.js';
import { send } from './channel.js';
import type { Handle } from './internals.js';
import { isLive } from './listeners.js';
import { move } from './move.js';

type Accept = NonNullable<Handle['onconnection']>;

/** So many times its share may a worker accept before it gives connections away, */
const RATIO = 1.2;

/** and so many beyond that: what the others have is known a moment later. */
const SLACK = 4;

/** The primary is told of every so many connections. */
const TELL = 4;

let siblings = false;
let fair = 0;
let total = 0;

/** Whether other workers of this generation can take connections. */
export function haveSiblings(have: boolean): void {
  siblings = have;
}

/** What the workers of this generation have accepted in the mean. */
export function setFair(share: number): void {
  fair = share;
}

/**
 * A listening socket that several processes share is not dealt out evenly: the one that wakes first takes what waits.
 * So a worker that has accepted more than its share gives new connections to the primary, unread, which passes each to
 * the worker that has least. One worker alone pays nothing for it.
 */
export function spread(key: Key, accept: Accept): Accept {
  return function (this: Handle, error, client) {
    if (!siblings || client === undefined || error !== 0 || !isLive()) return accept.call(this, error, client);
    if (!isDealt() && total > fair * RATIO + SLACK) return move(key, client, null, null);
    total += 1;
    if (total % TELL === 0) send({ tag: 'accepted', total });
    accept.call(this, error, client);
  };
}
