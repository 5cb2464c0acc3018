import { chmodSync, existsSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createServerHandle, type Handle } from './internals.js';

/** sockaddr_un holds no longer path than this, in bytes. */
export const LONGEST = 103;

const READABLE = 1;
const WRITABLE = 2;

/**
 * Binds a unix socket so that closing the handle leaves the file: libuv removes the name that it bound, and with it
 * the socket that a newer generation listens on. So it binds another name and renames the file. Gives null where that
 * cannot be done; node's own way then tells why.
 */
export function bindUnix(path: string): Handle | null {
  if (createServerHandle === undefined || process.platform === 'win32' || path.startsWith('\0') || existsSync(path)) {
    return null;
  }
  const name = join(dirname(path), `.zdr-${process.pid}`);
  if (Buffer.byteLength(name) > LONGEST) return null;
  const handle = createServerHandle(name, -1, -1);
  if (typeof handle === 'number') return null;
  renameSync(name, path);
  // libuv would change the mode of the name that it bound.
  Reflect.set(handle, 'fchmod', (flags: number) => {
    const add = (flags & READABLE ? 0o444 : 0) | (flags & WRITABLE ? 0o222 : 0);
    chmodSync(path, (statSync(path).mode & 0o777) | add);
    return 0;
  });
  return handle;
}
