import type { Handle } from './internals.js';

let dealt = false;

/** Whether the connection that is being accepted was dealt to this worker: it stays here. */
export function isDealt(): boolean {
  return dealt;
}

/** Hands a connection to the app by the path of every accepted connection. */
export function acceptHere(handle: Handle, client: Handle): void {
  dealt = true;
  try {
    handle.onconnection?.call(handle, 0, client);
  } finally {
    dealt = false;
  }
}
