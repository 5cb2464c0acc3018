import { dirname, join } from 'node:path';

import { openNearest } from './nearest.js';
import { readTsconfig } from './tsconfig.js';

/** Patterns of specifiers, each with the absolute patterns that it may stand for. */
type Alias = readonly [pattern: string, targets: readonly string[]];

/** What a tsconfig makes of names, for those that only the run shows. esbuild does the same for all others. */
export interface Aliases {
  /** `paths` and `baseUrl` of the tsconfig of a file. */
  of(path: string): readonly Alias[];
  clear(): void;
}

/** `tsconfig`: in place of the nearest one. */
export function openAliases(tsconfig: string | undefined): Aliases {
  let nearest = openNearest(['tsconfig.json']);
  const known = new Map<string, readonly Alias[]>();
  return {
    of(path) {
      const config = tsconfig ?? nearest(dirname(path));
      if (config === null) return [];
      let found = known.get(config);
      if (found === undefined) {
        const { paths, baseUrl } = readTsconfig(config);
        found = baseUrl === null ? paths : [...paths, ['*', [join(baseUrl, '*')]]];
        known.set(config, found);
      }
      return found;
    },
    clear() {
      nearest = openNearest(['tsconfig.json']);
      known.clear();
    },
  };
}
