import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Nearest = (folder: string) => string | null;

/** Finds the nearest of some files, in a folder or above it, and remembers the answer. */
export function openNearest(names: readonly string[]): Nearest {
  const known = new Map<string, string | null>();
  const find = (folder: string): string | null => {
    const cached = known.get(folder);
    if (cached !== undefined) return cached;
    const here = names.map((name) => join(folder, name)).find((path) => existsSync(path));
    const parent = dirname(folder);
    const found = here ?? (parent === folder ? null : find(parent));
    known.set(folder, found);
    return found;
  };
  return find;
}

/** The folders from one upward, itself first. */
export function upward(folder: string): string[] {
  const folders = [folder];
  for (let parent = dirname(folder); parent !== folder; parent = dirname(folder)) folders.push((folder = parent));
  return folders;
}
