import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CACHE } from './kept-folders.js';
import { isRunning } from './running.js';

/** The private folder of a run, as another process finds it. */
export interface RunFolder {
  readonly path: string;
  readonly pid: number;
}

/**
 * A private folder of this run for a project: under its node_modules/.cache/zdr, or in the system's folder for
 * temporary files where that is not there or cannot be written. Folders of runs that are gone are removed.
 */
export function openFolder(project: string): string {
  if (existsSync(join(project, 'node_modules'))) {
    const cache = join(project, CACHE);
    try {
      mkdirSync(cache, { recursive: true });
      sweep(foldersIn(cache, ''));
      return mkdtempSync(join(cache, `${process.pid}-`));
    } catch {
      // Read-only or full: the other place.
    }
  }
  return openTemporary(project, tmpdir());
}

/** A private folder of this run in `temp`, which others can write to: nobody can have made it before us. */
export function openTemporary(project: string, temp: string): string {
  const prefix = prefixOf(project);
  sweep(foldersIn(temp, prefix));
  return mkdtempSync(join(temp, `${prefix}${process.pid}-`));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** The folders of all runs that may belong to the project, in each place. Whom to trust is the caller's to decide. */
export function foldersOf(project: string): readonly RunFolder[] {
  const prefix = prefixOf(project);
  const temps = new Set([tmpdir(), '/tmp']);
  return [...foldersIn(join(project, CACHE), ''), ...[...temps].flatMap((temp) => foldersIn(temp, prefix))];
}

/** Ours, and nobody else can look or write into it. */
export function isPrivate(folder: string): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat?.isDirectory() !== true) return false;
  return process.platform === 'win32' || (stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0);
}

/** Names a project in places that many share. */
export function hashOf(project: string): string {
  return createHash('sha256').update(realpathSync(project)).digest('hex').slice(0, 16);
}

function prefixOf(project: string): string {
  return `zdr-${process.getuid?.() ?? 'user'}-${hashOf(project)}-`;
}

/** The folders are named for the process that made them, which may have made several. */
function foldersIn(place: string, prefix: string): readonly RunFolder[] {
  return namesIn(place).flatMap((name) => {
    const pid = name.startsWith(prefix) ? /^(\d+)-/.exec(name.slice(prefix.length))?.[1] : undefined;
    return pid === undefined ? [] : { path: join(place, name), pid: Number(pid) };
  });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function sweep(folders: readonly RunFolder[]): void {
  for (const { path, pid } of folders) if (!isRunning(pid) && isPrivate(path)) removeFolder(path);
}
