import { setImmediate, setTimeout } from 'node:timers';
import type { Key } from '../protocol/messages.js';
import { bindTo, listening } from './bind.js';
import { send } from './channel.js';
import { serverPrototype } from './internals.js';
import { isLive, type Listener, listenerOf, reallyClose, remove } from './listeners.js';

/** For how long a turn is waited for in which nobody asks to be accepted, in ms. */
const PATIENCE = 20;

/** A turn in which nothing else happens takes no longer, in ms: in a longer one somebody may have come since node looked. */
const SHORT = 0.1;

/** For how long the address is asked for again where somebody has it, and how often, in ms. */
const TAKEN = 12_000;
const AGAIN = 20;

/** Where a server listens: what node's own `listen` comes to. */
export interface Place {
  readonly host: string | null;
  readonly port: number;
  readonly addressType: number;
}

/**
 * Puts the app's server on its real address, in place of one that stood in for it during the handover. The system has no
 * room for both: who connects between them is refused, and who waits for the old one to accept is
 * reset with it. So it goes in a turn in which nobody was there to be accepted (node accepts one a turn). If there is no
 * such turn, no more than one or two may wait for a while (Linux lets the others ask again a second later), and it goes
 * behind one. `own` makes the app's close of it known.
 */
export function rebind(key: Key, { host, port, addressType }: Place, own: (listener: Listener) => void): void {
  const listener = listenerOf(key);
  if (listener === undefined || listener.server === null || !isLive()) return;
  const { server, handle: old } = listener;
  const { onconnection } = old;
  const marks = Object.getOwnPropertySymbols(old).filter((mark) => Reflect.get(old, mark) === server);
  const isOver = (): boolean =>
    listener.handle !== old || listener.server !== server || server._handle !== old || !isLive();
  const bind = (until: number): void => {
    if (isOver()) return;
    const handle = listening(bindTo(host, port, addressType), listener.backlog);
    // An old worker that stands still holds on to the old one, until it is killed.
    if (handle === 'taken' && performance.now() < until) return void setTimeout(bind, AGAIN, until);
    if (typeof handle === 'string') {
      remove(key);
      send({ tag: 'release', key });
      server._handle = null;
      // It gets node's error.
      return serverPrototype._listen2.call(server, host, port, addressType, listener.backlog);
    }
    handle.onconnection = onconnection;
    for (const mark of marks) Reflect.set(handle, mark, server);
    if (server._unref === true) handle.unref();
    listener.handle = handle;
    server._handle = handle;
    own(listener);
    send({ tag: 'bound', key, address: listener.address, standsIn: null, more: false }, handle);
  };
  let swapped = false;
  const swap = (): void => {
    if (isOver() || swapped) return;
    swapped = true;
    reallyClose(old);
    bind(performance.now() + TAKEN);
  };
  const begun = performance.now();
  let crowded = false;
  let accepted = true;
  let looked = begun;
  old.onconnection = (error, client) => {
    accepted = true;
    if (performance.now() - begun > 2 * PATIENCE) swap();
    onconnection?.call(listener.handle, error, client);
  };
  const look = (): void => {
    if (isOver() || swapped) return;
    const now = performance.now();
    if (!accepted && (now - looked < SHORT || now - begun > 2 * PATIENCE)) return swap();
    accepted = false;
    looked = now;
    if (!crowded && now - begun > PATIENCE) {
      crowded = true;
      old.listen(1);
    }
    setImmediate(look);
  };
  setImmediate(look);
}
