import type { ToPrimary } from '../protocol/messages.js';
import { isConfirmed, send } from './channel.js';
import { sendBeside } from './lane.js';

/**
 * What a process says last: it ends behind it, or does nothing any more. On the channel that would be lost behind a handle
 * that the primary has not confirmed: node keeps it here, and libuv takes the end of the process for the end of the pipe.
 */
export function sayLast(message: Extract<ToPrimary, { readonly tag: 'failed' | 'stale' }>): void {
  if (isConfirmed() || !sendBeside(message)) send(message);
}
