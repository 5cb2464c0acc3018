import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The nearest folder from `start` upwards that has a package.json. */
export function packageFolder(start: string): string | null {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) return null;
  }
}
