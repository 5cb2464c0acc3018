import type { ToPrimary } from '../protocol/messages.js';
import { send } from './channel.js';
import type { Handle } from './internals.js';

interface Leaving {
  readonly message: Extract<ToPrimary, { tag: 'move' }>;
  readonly handle: Handle;
  /** The primary has it. */
  gone(): void;
}

/**
 * Where there is no lane: connections that the channel was not given yet. At each acknowledgement of a handle node goes
 * through everything that waits behind it, so that a thousand at once would cost the square of it.
 */
const leaving: Leaving[] = [];
const AHEAD = 2;
let onTheWay = 0;

export function queue(entry: Leaving): void {
  leaving.push(entry);
  sendNext();
}

function sendNext(): void {
  if (onTheWay >= AHEAD) return;
  const next = leaving.shift();
  if (next === undefined) return;
  onTheWay += 1;
  send(next.message, next.handle, () => {
    onTheWay -= 1;
    next.gone();
    sendNext();
  });
}
