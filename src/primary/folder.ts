import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A private folder for the bundles of this run: under the project's node_modules/.cache/zdr, or in the system's
 * folder for temporary files where that is not there or cannot be written. Folders of runs that are gone are removed.
 */
export function openFolder(root: string): string {
  const modules = join(root, 'node_modules');
  if (existsSync(modules)) {
    const cache = join(modules, '.cache', 'zdr');
    try {
      mkdirSync(cache, { recursive: true });
      sweep(cache);
      return mkdtempSync(join(cache, `${process.pid}-`));
    } catch {
      // Read-only or full: the other place.
    }
  }
  return mkdtempSync(join(tmpdir(), 'zdr-'));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** The folders are named for the process that made them, which may have made several. */
function sweep(cache: string): void {
  for (const name of readdirSync(cache)) {
    const pid = /^(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) removeFolder(join(cache, name));
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: somebody else's, but running.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
