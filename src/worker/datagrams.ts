import dgram from 'node:dgram';
import { constants } from 'node:os';
import type { Address } from '../events.js';
import type { Key, ToPrimary } from '../protocol/messages.js';
import { afterTurn } from './after-turn.js';
import { holdOn, send } from './channel.js';
import { bindWith, boundUdp, type Handle, type UdpHandle, type UdpQuery } from './internals.js';
import { isLive } from './listeners.js';
import { hasSiblings } from './spread.js';

/**
 * - `kept`: came from the primary, the app has not asked for it
 * - `gated`: the app's; what arrives waits in the kernel before `go`
 * - `open`: the app reads
 * - `parked`: the app closed it; held until the primary has let go of its copy
 * - `shut`: reads nothing more; a newer generation does
 */
type Phase = 'kept' | 'gated' | 'open' | 'parked' | 'shut';

interface Entry {
  readonly key: Key;
  readonly address: Address;
  readonly handle: UdpHandle;
  phase: Phase;
  /** The primary knows that the app reads it. */
  told: boolean;
}

const entries = new Map<Key, Entry>();

/**
 * From here on a socket with a port of its own choice is shared with other workers and generations, also one that is
 * exclusive: two processes cannot bind a port each. One on any port is a client's, and stays here; so does one of several
 * workers that share a port by the kernel, since the primary keeps one socket for an address.
 */
export function install(): void {
  const { prototype } = dgram.Socket;
  const { bind } = prototype;
  prototype.bind = function (this: dgram.Socket, ...args: unknown[]): dgram.Socket {
    const [first] = args;
    const options = (typeof first === 'object' && first !== null ? first : { port: first }) as BindOptions;
    if (Number(options.port) > 0 && !((options.fd ?? -1) >= 0))
      bindWith(this, (query) => (isSharedOut(query) && hasSiblings() ? boundUdp(this, query) : bound(this, query)));
    return Reflect.apply(bind, this, args) as dgram.Socket;
  };
}

interface BindOptions {
  readonly port?: unknown;
  readonly fd?: number;
}

/** libuv's UV_UDP_REUSEPORT: the kernel shares such a port out by itself, to each socket that is bound to it. */
const REUSE_PORT = 64;

const isSharedOut = ({ flags }: UdpQuery): boolean => (flags & REUSE_PORT) !== 0;

/** The handle that the primary keeps, where there is one, and else one that is bound here. */
function bound(socket: dgram.Socket, query: UdpQuery): UdpHandle | number {
  const { type, ip, port } = query;
  const key = `${type}:${ip}:${port}`;
  const known = entries.get(key);
  if (known !== undefined && (known.phase === 'kept' || known.phase === 'parked')) {
    const parked = known.phase === 'parked';
    use(known);
    if (!parked) announce(known, (more) => ({ tag: 'listening', key, address: known.address, more }));
    return known.handle;
  }
  const handle = boundUdp(socket, query);
  if (typeof handle === 'number') return handle;
  // A second one on the same port: the primary keeps one for each address.
  if (known !== undefined && isSharedOut(query)) return handle;
  const entry: Entry = {
    key,
    address: { kind: 'udp', protocol: 'udp', host: ip, port },
    handle,
    phase: 'open',
    told: false,
  };
  entries.set(key, entry);
  own(entry, true);
  announce(entry, (more) => ({ tag: 'bound', key, address: entry.address, standsIn: null, more }), handle);
  return handle;
}

function announce(entry: Entry, message: (more: boolean) => ToPrimary, handle?: Handle): void {
  afterTurn((more) => {
    if (entry.phase !== 'gated' && entry.phase !== 'open') return;
    entry.told = true;
    send(message(more), handle);
  });
}

function use(entry: Entry): void {
  const { handle } = entry;
  handle.ref();
  entry.phase = isLive() ? 'open' : 'gated';
  if (entry.phase === 'open') return;
  handle.recvStart = () => 0;
  // A socket that is not read yet does not keep the process alive.
  holdOn(true);
}

/** Closing is told to the primary first: its copy keeps the port bound. */
function own(entry: Entry, fresh: boolean): void {
  const { key, handle } = entry;
  handle.close = () => {
    handle.recvStop();
    if (entry.phase === 'shut') return reallyClose(entry);
    handle.unref();
    if (entry.told) {
      entry.told = false;
      entry.phase = 'parked';
      send({ tag: 'release', key });
    } else if (fresh) {
      reallyClose(entry);
    } else {
      entry.phase = 'kept';
    }
  };
}

function reallyClose({ key, handle }: Entry): void {
  entries.delete(key);
  delete (handle as { close?: unknown }).close;
  handle.close();
}

/** A socket that the primary keeps. */
export function adoptDatagrams(key: Key, address: Address, handle: UdpHandle): void {
  // The app was faster, and has its own.
  if (entries.has(key)) return handle.close();
  const entry: Entry = { key, address, handle, phase: 'kept', told: false };
  handle.unref();
  entries.set(key, entry);
  own(entry, false);
  // It is a member already where an older generation has joined.
  for (const join of ['addMembership', 'addSourceSpecificMembership'] as const) {
    const joining = handle[join];
    handle[join] = (...args) => {
      const error = Reflect.apply(joining, handle, args);
      return error === -constants.errno.EADDRINUSE ? 0 : error;
    };
  }
}

/** The primary let go. */
export function releasedDatagrams(key: Key): void {
  const entry = entries.get(key);
  if (entry === undefined || entry.phase === 'shut') return;
  if (entry.phase === 'kept' || entry.phase === 'parked') return reallyClose(entry);
  entry.told = true;
  send({ tag: 'bound', key, address: entry.address, standsIn: null, more: false }, entry.handle);
}

/** This worker is live. */
export function readDatagrams(): void {
  for (const entry of entries.values()) {
    if (entry.phase !== 'gated') continue;
    entry.phase = 'open';
    delete (entry.handle as { recvStart?: unknown }).recvStart;
    entry.handle.recvStart();
  }
}

/** Reads nothing more, and leaves groups to those that do. What the app sends still goes out. */
export function leaveDatagrams(): void {
  for (const entry of entries.values()) {
    const { handle } = entry;
    if (entry.phase === 'open') handle.recvStop();
    entry.phase = 'shut';
    handle.recvStart = () => 0;
    handle.dropMembership = () => 0;
    handle.dropSourceSpecificMembership = () => 0;
  }
}
