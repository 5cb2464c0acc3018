import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { compileGlob, type Glob } from './glob.js';

/** What the patterns of `--watch` mean now. */
export interface Included {
  readonly files: ReadonlySet<string>;
  /** The folders in which another match may appear. */
  readonly folders: ReadonlySet<string>;
}

const SKIPPED = new Set(['node_modules', '.git']);

/** Finds the files that match. Installed packages and git's store count only for patterns that name them. */
export async function findIncluded(
  patterns: readonly string[],
  cwd: string,
  ignored: (path: string) => boolean,
): Promise<Included> {
  const files = new Set<string>();
  const folders = new Set<string>();

  async function walk(folder: string, glob: Glob): Promise<void> {
    folders.add(folder);
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    await Promise.all(
      entries.map(async (entry) => {
        const path = join(folder, entry.name);
        if (ignored(path)) return;
        if (entry.isDirectory() && !SKIPPED.has(entry.name)) await walk(path, glob);
        else if (!entry.isDirectory() && glob.matches(path)) files.add(path);
      }),
    );
  }

  for (const pattern of patterns) {
    const glob = compileGlob(pattern, cwd);
    const found = await stat(glob.base).catch(() => null);
    if (ignored(glob.base)) continue;
    if (found?.isDirectory()) await walk(glob.base, glob);
    else {
      // A file, or nothing yet: it is followed under its name.
      if (glob.matches(glob.base)) files.add(glob.base);
      folders.add(dirname(glob.base));
    }
  }
  return { files, folders };
}

/** Runs a search over and over, never twice at a time: asked for while it runs, it runs once more. */
export function oneAtATime(search: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let again = false;
  return async function start(): Promise<void> {
    again = running !== null;
    running ??= (async () => {
      do {
        again = false;
        await search();
      } while (again);
      running = null;
    })();
    return running;
  };
}
