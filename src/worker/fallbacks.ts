import net from 'node:net';
import type { Fallback } from '../protocol/messages.js';
import { builtin } from './builtin.js';
import { send } from './channel.js';
import { canPair } from './pair.js';

const http = builtin('node:http');

/** For tests only: `ZDR_TEST_WITHOUT=move,relay` takes away what these need. */
const without = new Set((process.env['ZDR_TEST_WITHOUT'] ?? '').split(','));

const movable = canDetach() && !without.has('move');

/** Whether an open connection can go to another process. */
export function canMoveAny(): boolean {
  return movable;
}

/** Whether what cannot move can be carried on by this process, for another one that answers. */
export function canRelay(): boolean {
  return canPair() && !without.has('relay');
}

/** Tells what a handover from here has to do without. Known once it is known where pairs may meet. */
export function reportFallbacks(): void {
  const able: Readonly<Record<Fallback, boolean>> = { move: canMoveAny(), relay: canRelay() };
  for (const name of ['move', 'relay'] as const) if (!able[name]) send({ tag: 'fallback', name });
}

/** A socket's handle can be taken off it and given away, and node tells which connections are idle. */
function canDetach(): boolean {
  return '_handle' in new net.Socket() && typeof http.Server.prototype.closeIdleConnections === 'function';
}
