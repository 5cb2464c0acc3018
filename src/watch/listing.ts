import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What lies in some folders, by name. */
export interface Listings {
  /** Remembers the entries of these folders and forgets all others. */
  keep(folders: Iterable<string>): void;
  /** The paths that came or went since the last look at a folder. */
  diff(folder: string): string[];
  list(): string[];
}

export function openListings(): Listings {
  const known = new Map<string, ReadonlySet<string>>();
  return {
    keep(folders) {
      const wanted = new Set(folders);
      for (const folder of known.keys()) if (!wanted.has(folder)) known.delete(folder);
      for (const folder of wanted) if (!known.has(folder)) known.set(folder, namesIn(folder));
    },
    diff(folder) {
      const before = known.get(folder);
      if (before === undefined) return [];
      const now = namesIn(folder);
      known.set(folder, now);
      const names = [...now].filter((name) => !before.has(name));
      for (const name of before) if (!now.has(name)) names.push(name);
      return names.map((name) => join(folder, name));
    },
    list: () => [...known.keys()],
  };
}

function namesIn(folder: string): ReadonlySet<string> {
  try {
    return new Set(readdirSync(folder));
  } catch {
    return new Set();
  }
}
