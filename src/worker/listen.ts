import { AsyncResource } from 'node:async_hooks';
import { errorMonitor } from 'node:events';
import type { Address } from '../events.js';
import type { Key, ToPrimary } from '../protocol/messages.js';
import { afterTurn } from './after-turn.js';
import { ask } from './asking.js';
import { send } from './channel.js';
import { tellClock } from './clock.js';
import { describe } from './failure.js';
import { install as installDatagrams } from './datagrams.js';
import { bindTo, listening } from './bind.js';
import { type Handle, type Listen2, serverPrototype, type Server } from './internals.js';
import { add, addressOf, gate, listenerOf, type Listener, reallyClose, remove } from './listeners.js';
import { bindNumber, keyOf, numbered } from './numbers.js';
import { type Place, rebind } from './rebind.js';
import { meet } from './servers.js';
import { hasSiblings, spread } from './spread.js';
import { conflicting, isHere, named } from './stand-in.js';
import { bindUnix } from './unix.js';

/**
 * How many connections may wait, where the app does not say it. node's own 511 overflow when a thousand clients connect
 * at once, and at a handover nobody accepts for a moment. The system takes off what it does not allow
 * (net.core.somaxconn on Linux: 4096).
 */
const BACKLOG = 65_535;

type Accept = NonNullable<Handle['onconnection']>;

const listen2 = serverPrototype._listen2;
/** Servers whose address was taken when they asked for it first. */
const refused = new WeakSet<Server>();
const standIns = new Map<Key, Place>();

/**
 * From here on `listen` in this process takes the handle that the primary keeps for an address, where there is one,
 * and else binds as node does and gives the primary a copy. Both are synchronous up to the bind, with node's own errors.
 */
export function install(): void {
  serverPrototype._listen2 = listen;
  installDatagrams();
}

const listen: Listen2 = function (this: Server, address, port, addressType, asked, fd, flags) {
  const backlog = asked || BACKLOG;
  const bind = () => listen2.call(this, address, port, addressType, backlog, fd, flags);
  meet(this);
  if (this._handle !== null || (typeof fd === 'number' && fd >= 0)) return bind();
  const key = keyOf(address, port, addressType);
  const known = listenerOf(key) ?? numbered(key, address, addressType);
  const path = addressType === -1 ? address : null;
  if (known !== undefined && known.server === null) {
    // Closed and opened again before the primary let go: it is told anew once it has.
    const parked = known.phase === 'parked';
    // It may stand in for this address, for older code that has not come to its own either.
    if (path === null && port > 0) {
      standIns.set(known.key, { host: address, port, addressType });
      known.handle.getsockname = named(known.address);
    }
    use(this, known, backlog);
    bind();
    share(known);
    if (!parked) announce(known, (more) => ({ tag: 'listening', key: known.key, address: known.address, more }));
    return;
  }
  const standIn = known === undefined ? conflicting(address, port) : undefined;
  if (standIn !== undefined && isHere(address, addressType)) {
    remove(standIn.key);
    const listener: Listener = { ...standIn, key, address: { ...standIn.address, host: address ?? '::' } as Address };
    listener.handle.getsockname = named(listener.address);
    add(listener);
    standIns.set(key, { host: address, port, addressType });
    use(this, listener, backlog);
    bind();
    share(listener);
    const { address: shown, handle: ours } = listener;
    announce(listener, (more) => ({ tag: 'bound', key, address: shown, standsIn: standIn.key, more }), ours);
    return;
  }
  if (path !== null) this._handle = bindUnix(path);
  else if (port > 0 && hasSiblings()) {
    const bound = listening(bindTo(address, port, addressType), backlog);
    if (bound === 'taken' && !refused.delete(this)) {
      refused.add(this);
      const here = new Error('asked here');
      return ask(key, () => {
        listen.call(this, address, port, addressType, asked, fd, flags);
        if (this._handle === null) showFrom(this, here);
      });
    }
    this._handle = typeof bound === 'string' ? null : bound;
  } else this._handle = bindNumber(key, address, addressType);
  bind();
  const handle = this._handle as Handle | null;
  if (handle === null) {
    // It gets the error after this turn. To watch for it is not to handle it.
    return tellRefusal(this);
  }
  const listener: Listener = {
    key,
    handle,
    address: addressOf(this, handle, path),
    server: this,
    backlog,
    phase: 'open',
    told: false,
  };
  add(listener);
  own(listener);
  share(listener);
  if (port === 0 && listener.address.kind === 'tcp') send({ tag: 'number', key, port: listener.address.port });
  announce(listener, (more) => ({ tag: 'bound', key, address: listener.address, standsIn: null, more }), handle);
};

/** The error is to show where the app has called `listen`, though it comes from elsewhere now. */
function showFrom(server: NodeJS.EventEmitter, { stack = '' }: Error): void {
  server.prependOnceListener(errorMonitor, (error: Error) => {
    const frames = stack.indexOf('\n');
    if (frames >= 0) error.stack = `${error.name}: ${error.message}${stack.slice(frames)}`;
  });
}

function tellRefusal(server: NodeJS.EventEmitter): void {
  server.once(errorMonitor, (error: unknown) => send({ tag: 'not-bound', error: describe(error) }));
}

/** Said after the current turn of the app: a throw right behind `listen` must reach the primary first. */
function announce(listener: Listener, message: (more: boolean) => ToPrimary, handle?: Handle): void {
  afterTurn((more) => {
    if (listener.server === null) return;
    tellClock();
    listener.told = true;
    send(message(more), handle);
  });
}

function use(server: Server, listener: Listener, backlog: number): void {
  listener.server = server;
  server._handle = listener.handle;
  gate(listener, backlog);
  own(listener);
}

function share({ key, handle }: Listener): void {
  if (handle.onconnection !== null) handle.onconnection = spread(key, inContext(handle.onconnection));
}

/**
 * As under node, connections come in the context in which the app has called `listen` (AsyncLocalStorage): also on a
 * handle that zdr has brought, and one that has come from older code.
 */
function inContext(accept: Accept): Accept {
  const listens = new AsyncResource('TCPSERVERWRAP', { requireManualDestroy: true });
  return function (this: Handle, error, client) {
    listens.runInAsyncScope(accept, this, error, client);
  };
}

/** Puts a server of ours on an adopted handle. */
export function occupy(server: Server, listener: Listener): void {
  use(server, listener, BACKLOG);
  listen2.call(server, null, 0, -1, BACKLOG);
}

/** When the app closes its server the handle is parked until the primary has let go of its copy. */
function own(listener: Listener): void {
  const fresh = listener.phase === 'open';
  listener.handle.close = (callback) => {
    if (callback !== undefined) process.nextTick(callback);
    listener.server = null;
    listener.handle.onconnection = (_error, client) => client?.close();
    listener.handle.unref();
    if (listener.told) {
      listener.told = false;
      listener.phase = 'parked';
      send({ tag: 'release', key: listener.key });
    } else if (fresh) {
      // Nobody else has heard of it.
      remove(listener.key);
      reallyClose(listener.handle);
    } else {
      listener.phase = 'kept';
    }
  };
}

/** The primary let go. */
export function released(key: Key): void {
  const listener = listenerOf(key);
  if (listener === undefined || listener.phase === 'shut') return;
  if (listener.server === null) {
    remove(key);
    reallyClose(listener.handle);
  } else {
    listener.told = true;
    send({ tag: 'bound', key, address: listener.address, standsIn: null, more: false }, listener.handle);
  }
}

/** A listening handle that the primary keeps. */
export function adopt(key: Key, address: Address, handle: Handle): void {
  // The app was faster, and has its own.
  if (listenerOf(key) !== undefined) return handle.close();
  handle.unref();
  add({ key, handle, address, server: null, backlog: BACKLOG, phase: 'kept', told: false });
}

export function rebound(key: Key): void {
  const real = standIns.get(key);
  if (real !== undefined) rebind(key, real, own);
}
