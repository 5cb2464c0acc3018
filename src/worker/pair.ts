import { once } from 'node:events';
import { openSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { createServerHandle, type Handle } from './internals.js';
import { LONGEST } from './unix.js';

/** Two connected ends: `near` stays here, `far` is to be given away. */
export interface Pair {
  readonly near: net.Socket;
  readonly far: Handle;
}

let folder: string | null = null;
let count = 0;
let fd: number | null = null;

/** Where pairs may meet: a folder that is only this user's. */
export function meetIn(place: string): void {
  folder = place;
}

/** Whether {@link openPair} can work here. */
export function canPair(): boolean {
  return createServerHandle !== undefined && placeOf('0000000-000000') !== null;
}

/**
 * Node has no socketpair: a unix socket is bound, connected to and closed again, which removes its name. Gives null
 * where that cannot be done.
 */
export async function openPair(): Promise<Pair | null> {
  const path = nextName();
  if (path === null || createServerHandle === undefined) return null;
  const meeting = createServerHandle(path, -1, -1);
  if (typeof meeting === 'number') return null;
  const far = new Promise<Handle | null>((resolve) => {
    meeting.onconnection = (_error, client) => {
      meeting.close();
      resolve(client ?? null);
    };
  });
  if (meeting.listen(1) !== 0) {
    meeting.close();
    return null;
  }
  const near = net.connect({ path, allowHalfOpen: true });
  try {
    await once(near, 'connect');
  } catch {
    meeting.close();
    return null;
  }
  const other = await far;
  return other === null ? null : { near, far: other };
}

function nextName(): string | null {
  count += 1;
  return placeOf(`${process.pid}-${count}`);
}

function placeOf(name: string): string | null {
  if (folder === null || process.platform === 'win32') return null;
  const path = join(folder, name);
  if (Buffer.byteLength(path) <= LONGEST) return path;
  if (process.platform !== 'linux') return null;
  // A long path has a short name here for who holds it open.
  fd ??= openSync(folder, 'r');
  return `/proc/self/fd/${fd}/${name}`;
}
