import type { Address } from '../events.js';
import { bindTo } from './bind.js';
import { createServerHandle, type Handle } from './internals.js';
import { allListeners, type Listener } from './listeners.js';

const ANY = new Set(['', '::', '0.0.0.0']);

/** A kept handle on the same port whose host shuts this one out, or is shut out by it, in the kernel. */
export function conflicting(address: string | null, port: number): Listener | undefined {
  if (port === 0) return undefined;
  return allListeners().find(
    (other) =>
      other.phase === 'kept' &&
      other.address.kind === 'tcp' &&
      other.address.port === port &&
      (ANY.has(address ?? '') || ANY.has(other.address.host)),
  );
}

/** Whether this machine has the address. If not, node's own error is to come before anything has changed. */
export function isHere(address: string | null, addressType: number): boolean {
  if (address === null || createServerHandle === undefined) return true;
  const handle = bindTo(address, 0, addressType);
  if (typeof handle === 'string') return handle !== 'refused';
  handle.close();
  return true;
}

/** What such a handle says that it listens on: the address that was asked for. */
export function named(address: Address): NonNullable<Handle['getsockname']> {
  return (out) => {
    if (address.kind !== 'tcp') return 0;
    const { host, port } = address;
    Object.assign(out, { address: host, family: host.includes(':') ? 'IPv6' : 'IPv4', port });
    return 0;
  };
}
