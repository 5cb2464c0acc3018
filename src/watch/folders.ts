import { statSync } from 'node:fs';
import { basename, dirname, sep } from 'node:path';

import type { Hint, Hints } from './hints.js';

/** Keeps a set of folders watched, through their removal and return. */
export interface Folders {
  /** Watches these and no others. They need not exist: then the nearest folder above them is watched until they do. */
  want(folders: ReadonlySet<string>): void;
  /** Uses what a hint says about the folders themselves. */
  hear(hint: Hint): void;
  /** Looks whether the name still means the same folder. */
  verify(folder: string): void;
  /** Watches a folder anew that gave no hint when it should have. */
  renew(folder: string): void;
  list(): string[];
}

export function openFolders(hints: Hints): Folders {
  /** The identity of what is watched under a name; null for a folder that does not exist. */
  const wanted = new Map<string, string | null>();
  const anchors = new Set<string>();

  function attach(folder: string, identity: string | null): void {
    wanted.set(folder, identity);
    if (identity !== null) {
      anchors.delete(folder);
      return hints.watch(folder);
    }
    let anchor = dirname(folder);
    while (identify(anchor) === null && anchor !== dirname(anchor)) anchor = dirname(anchor);
    if (anchors.has(anchor) || typeof wanted.get(anchor) === 'string') return;
    anchors.add(anchor);
    hints.watch(anchor);
  }

  function verify(folder: string): void {
    const identity = identify(folder);
    if (identity !== null ? identity !== wanted.get(folder) : wanted.get(folder) !== null) attach(folder, identity);
    else if (identity === null) attach(folder, null);
  }

  return {
    want(folders) {
      for (const folder of wanted.keys())
        if (!folders.has(folder)) {
          wanted.delete(folder);
          if (!anchors.has(folder)) hints.unwatch(folder);
        }
      for (const folder of folders) if (!wanted.has(folder)) attach(folder, identify(folder));
    },
    hear({ folder, name, moved }) {
      if (!moved) return;
      // The end of a folder is told under its own name, and its inode may be taken again at once.
      if (name === basename(folder) && wanted.has(folder)) attach(folder, identify(folder));
      const path = name === null ? folder : folder.endsWith(sep) ? folder + name : folder + sep + name;
      for (const other of wanted.keys()) if (other === path || other.startsWith(path + sep)) verify(other);
    },
    verify,
    renew: (folder) => attach(folder, identify(folder)),
    list: () => [...wanted.keys()],
  };
}

function identify(folder: string): string | null {
  try {
    const found = statSync(folder, { throwIfNoEntry: false });
    return found?.isDirectory() ? `${found.dev}:${found.ino}:${found.birthtimeMs}` : null;
  } catch {
    return null;
  }
}
