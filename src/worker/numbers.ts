import type { Key } from '../protocol/messages.js';
import { bindTo } from './bind.js';
import { createServerHandle, type Handle } from './internals.js';
import { type Listener, listenerOf } from './listeners.js';

const zeros = new Map<string, number>();
const numbers = new Map<Key, number>();

/** The name of an address as it was asked for; the nth port 0 of a host is the nth in every generation. */
export function keyOf(address: string | null, port: number, addressType: number): Key {
  if (addressType === -1) return `unix:${address}`;
  const host = address ?? '';
  if (port !== 0) return `tcp:${host}:${port}`;
  const nth = (zeros.get(host) ?? 0) + 1;
  zeros.set(host, nth);
  return `tcp:${host}:0#${nth}`;
}

/** What ports 0 got in earlier generations. */
export function remember(all: readonly (readonly [Key, number])[]): void {
  for (const [key, port] of all) numbers.set(key, port);
}

/** A kept handle on the number that this port 0 had before, when the app went on to listen on it by its number. */
export function numbered(key: Key, address: string | null, addressType: number): Listener | undefined {
  const port = numbers.get(key);
  return port === undefined ? undefined : listenerOf(keyOf(address, port, addressType));
}

/** The number that this port 0 had before, if it is free. */
export function bindNumber(key: Key, address: string | null, addressType: number): Handle | null {
  const port = numbers.get(key);
  if (port === undefined || createServerHandle === undefined) return null;
  const bound = bindTo(address, port, addressType);
  return typeof bound === 'string' ? null : bound;
}
