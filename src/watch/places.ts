import { lstatSync, realpathSync } from 'node:fs';
import { dirname, sep } from 'node:path';

/** Where events for some files can come from. */
export interface Places {
  /** The folders that have to be watched. */
  readonly folders: Set<string>;
  /** The files that a folder's events are about. */
  readonly files: ReadonlyMap<string, ReadonlySet<string>>;
  /** Symbolic links among the files, by what they lead to. */
  readonly links: ReadonlyMap<string, string>;
}

/** Finds the places of files, and remembers which of them are links. `top` is the folder where the user stands. */
export function openPlaces(top: string): (paths: Iterable<string>) => Places {
  let targets = new Map<string, string | null>();
  return (paths) => {
    const folders = new Set<string>();
    const files = new Map<string, Set<string>>();
    const links = new Map<string, string>();
    const next = new Map<string, string | null>();

    const add = (folder: string, path: string): void => {
      const known = files.get(folder);
      if (known !== undefined) return void known.add(path);
      files.set(folder, new Set([path]));
      // And the folders between, up to the top: one of them may be moved away with all that it holds.
      for (let up = folder; !folders.has(up); up = dirname(up)) {
        folders.add(up);
        if (!up.startsWith(top + sep)) break;
      }
    };

    for (const path of paths) {
      const target = targets.has(path) ? (targets.get(path) ?? null) : targetOf(path);
      next.set(path, target);
      add(dirname(path), path);
      if (target === null) continue;
      links.set(target, path);
      add(dirname(target), path);
    }
    targets = next;
    return { folders, files, links };
  };
}

function targetOf(path: string): string | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? realpathSync(path) : null;
  } catch {
    return null;
  }
}
