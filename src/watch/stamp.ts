import { hash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';

import type { Stamp } from './inputs.js';

/** A file's content with the stamp that was taken before it was read. */
export interface Reading {
  readonly stamp: NonNullable<Stamp>;
  readonly data: Buffer;
}

/**
 * Reads a file and stamps it; null when there is no such file or it cannot be read.
 * The stamp is taken before the read: a write in between leaves a stamp that no longer fits, never one that fits too well.
 * A folder (the target of a symbolic link that a resolution went through) has its real path for content.
 */
export async function readStamped(path: string): Promise<Reading | null> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) {
      const data = Buffer.from(await realpath(path));
      return { data, stamp: { mtimeMs: 0, size: 0, ino: found.ino, hash: hashOf(data) } };
    }
    if (!found.isFile()) return null;
    const data = await readFile(path);
    return { data, stamp: { mtimeMs: found.mtimeMs, size: found.size, ino: found.ino, hash: hashOf(data) } };
  } catch {
    return null;
  }
}

/** The stamp of a file as it is now. */
export async function stampOf(path: string): Promise<Stamp> {
  return (await readStamped(path))?.stamp ?? null;
}

/** Whether a file that looks like `found` can still have the content of `stamp`, without reading it. */
export function sameStat(stamp: Stamp, found: Stats | undefined): boolean {
  if (stamp === null || found === undefined) return stamp === null && found === undefined;
  if (found.isDirectory()) return found.ino === stamp.ino;
  return found.mtimeMs === stamp.mtimeMs && found.size === stamp.size && found.ino === stamp.ino;
}

/** The hash by which contents are compared. */
export function hashOf(data: string | Uint8Array): string {
  return hash('sha1', data);
}
