import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where zdr keeps files, in the folder of a project. */
export const CACHE = join('node_modules', '.cache', 'zdr');

/** The folders in `cache` that runs have left for the next ones, the newest first. */
export function keptIn(cache: string, start: string): readonly string[] {
  const found = namesIn(cache).flatMap((name) => {
    const path = join(cache, name);
    if (!name.startsWith(start)) return [];
    try {
      return { path, at: statSync(path).mtimeMs };
    } catch {
      // Gone, or none of ours.
      return [];
    }
  });
  return found.sort((one, other) => other.at - one.at).map(({ path }) => path);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
