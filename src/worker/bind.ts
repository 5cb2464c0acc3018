import { getSystemErrorName } from 'node:util';
import { createServerHandle, type Handle } from './internals.js';

/** A bound handle, or that it cannot be had: because somebody has it, or for another reason, which node tells. */
export function bindTo(address: string | null, port: number, addressType: number): Handle | 'taken' | 'refused' {
  const handle = createServerHandle?.(address ?? '::', port, address === null ? 6 : addressType) ?? 0;
  if (typeof handle === 'number') return isTaken(handle) ? 'taken' : 'refused';
  // libuv keeps the error of a taken port for later; asking for the name brings it out.
  const error = handle.getsockname?.({}) ?? 0;
  if (error === 0) return handle;
  handle.close();
  return isTaken(error) ? 'taken' : 'refused';
}

/** Two sockets may be bound to one address as long as none listens: who is second learns it here, not from node. */
export function listening(bound: Handle | 'taken' | 'refused', backlog: number): Handle | 'taken' | 'refused' {
  if (typeof bound === 'string') return bound;
  const error = bound.listen(backlog);
  if (error === 0) return bound;
  bound.close();
  return isTaken(error) ? 'taken' : 'refused';
}

function isTaken(error: number): boolean {
  return error < 0 && getSystemErrorName(error) === 'EADDRINUSE';
}
