import type { Burden, Key } from '../protocol/messages.js';
import { isDealt } from './accept.js';
import { send } from './channel.js';
import type { Handle } from './internals.js';
import { isLive } from './listeners.js';
import { move } from './move.js';
import { countConnections } from './sockets.js';

type Accept = NonNullable<Handle['onconnection']>;

/** So many times its share may a worker have before it gives connections away, */
const RATIO = 1.2;

/** and so many beyond that: what the others have is known a moment later. */
const SLACK = 4;

/** The primary is told of every so many connections that come or go. */
const TELL = 4;

let siblings = false;
let fair: Burden = { open: 0, total: 0 };
let total = 0;
let told: Burden = { open: 0, total: 0 };

/** Whether other workers of this generation can take connections. */
export function haveSiblings(have: boolean): void {
  siblings = have;
}

/** Whether what is bound here may be bound by another worker as well. */
export function hasSiblings(): boolean {
  return siblings;
}

/** What the workers of this generation have in the mean. */
export function setFair(share: Burden): void {
  fair = share;
}

/** A connection has come or gone. */
export function tellBurden(): void {
  if (!siblings || !isLive()) return;
  const open = countConnections();
  if (Math.abs(open - told.open) < TELL && total - told.total < TELL) return;
  told = { open, total };
  send({ tag: 'accepted', burden: told });
}

/**
 * A listening socket that several processes share is not dealt out evenly: the one that wakes first takes what waits.
 * So a worker that has more than its share, of those that are open or of all that came, gives new connections to the
 * primary, unread, which passes each to the worker that has least. One worker alone pays nothing for it.
 */
export function spread(key: Key, accept: Accept): Accept {
  return function (this: Handle, error, client) {
    if (!siblings || client === undefined || error !== 0 || !isLive()) return accept.call(this, error, client);
    const much = isOver(total, fair.total) || isOver(countConnections(), fair.open);
    if (!isDealt() && much) return move(key, client, null, null);
    total += 1;
    accept.call(this, error, client);
    tellBurden();
  };
}

function isOver(count: number, share: number): boolean {
  return count > share * RATIO + SLACK;
}
