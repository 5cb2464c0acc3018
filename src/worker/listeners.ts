import type { Address } from '../events.js';
import type { Key } from '../protocol/messages.js';
import { builtin } from './builtin.js';
import { holdOn } from './channel.js';
import type { Handle, Server } from './internals.js';
import { isSecure } from './secure.js';

const http = builtin('node:http');

/** A listening handle of this worker. */
export interface Listener {
  readonly key: Key;
  handle: Handle;
  readonly address: Address;
  /** The app's server on it; null while the app has none (adopted ahead, or closed and not yet let go). */
  server: Server | null;
  backlog: number;
  phase: Phase;
  /** The primary knows that the app listens on it. */
  told: boolean;
}

/**
 * - `kept`: came from the primary, the app has not asked for it
 * - `gated`: the app listens; nothing is accepted before `go`
 * - `open`: connections are accepted
 * - `parked`: the app closed its server; held until the primary has let go of its copy
 * - `shut`: accepts nothing more; a newer generation does
 */
type Phase = 'kept' | 'gated' | 'open' | 'parked' | 'shut';

const listeners = new Map<Key, Listener>();
let live = false;

export function listenerOf(key: Key): Listener | undefined {
  return listeners.get(key);
}

export function allListeners(): readonly Listener[] {
  return [...listeners.values()];
}

export function add(listener: Listener): void {
  listeners.set(listener.key, listener);
}

export function remove(key: Key): void {
  listeners.delete(key);
}

export function isLive(): boolean {
  return live;
}

/** Holds back connections: node's own `listen` on this handle does nothing until {@link openAll}. */
export function gate(listener: Listener, backlog: number): void {
  listener.backlog = backlog;
  listener.handle.ref();
  if (live) {
    listener.phase = 'open';
    return;
  }
  listener.phase = 'gated';
  listener.handle.listen = () => 0;
  // A handle that does not accept yet does not keep the process alive.
  holdOn(true);
}

/** This worker is live. */
export function openAll(): void {
  live = true;
  for (const listener of listeners.values()) {
    if (listener.phase !== 'gated') continue;
    ungate(listener.handle);
    listener.handle.listen(listener.backlog);
    listener.phase = 'open';
  }
  holdOn(false);
}

function ungate(handle: Handle): void {
  delete (handle as { listen?: unknown }).listen;
}

/** Accepts nothing more. The app's servers go on as objects: `listening` and `address()` stay as they were. */
export function shutAll(): void {
  live = false;
  for (const listener of listeners.values()) {
    if (listener.phase === 'shut') continue;
    const { handle, server } = listener;
    listener.phase = 'shut';
    if (server !== null && server._handle === handle) server._handle = stub(listener);
    reallyClose(handle);
  }
  holdOn(true);
}

export function reallyClose(handle: Handle): void {
  delete (handle as { close?: unknown }).close;
  handle.onconnection = null;
  handle.close();
}

/** What `server._handle` is after the real one went: enough for `address()`, `ref()`, `unref()` and `close()`. */
function stub({ address }: Listener): Handle {
  return {
    listen: () => 0,
    close: (callback) => {
      if (callback !== undefined) process.nextTick(callback);
    },
    ref() {},
    unref() {},
    readStop: () => 0,
    onconnection: null,
    getsockname(out) {
      if (address.kind === 'tcp') {
        Object.assign(out, {
          address: address.host,
          family: address.host.includes(':') ? 'IPv6' : 'IPv4',
          port: address.port,
        });
      }
      return 0;
    },
  };
}

export function addressOf(server: Server, handle: Handle, path: string | null): Address {
  const protocol = protocolOf(server);
  if (path !== null) return { kind: 'unix', protocol, path };
  const name: { address?: string; port?: number } = {};
  handle.getsockname?.(name);
  return { kind: 'tcp', protocol, host: name.address ?? '', port: name.port ?? 0 };
}

function protocolOf(server: Server): Exclude<Address['protocol'], 'udp'> {
  const { name } = server.constructor;
  if (isSecure(server)) return 'setTimeout' in server || name === 'Http2SecureServer' ? 'https' : 'tcp';
  return server instanceof http.Server || name === 'Http2Server' ? 'http' : 'tcp';
}
