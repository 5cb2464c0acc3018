import { existsSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';

import { upward } from './nearest.js';
import { foldersOfAlias, type Tsconfig } from './tsconfig.js';

/** An import that found nothing. */
export interface Unresolved {
  readonly specifier: string;
  readonly folder: string;
}

/** The folders in which a new entry may make an import resolve. */
export function foldersFor({ specifier, folder }: Unresolved, root: string, tsconfigs: readonly Tsconfig[]): string[] {
  if (/^\.{0,2}(?:\/|$)/.test(specifier) || isAbsolute(specifier)) return around(resolve(folder, specifier));
  const installed = upward(folder).map((parent) => join(parent, 'node_modules'));
  const modules = installed.filter((path) => existsSync(path));
  const scope = specifier.startsWith('@') ? specifier.slice(0, specifier.indexOf('/')) : null;
  return [
    ...tsconfigs.flatMap((config) => foldersOfAlias(config, specifier).map(existing)),
    ...modules,
    ...(scope === null ? [] : modules.map((path) => join(path, scope)).filter((path) => existsSync(path))),
    // Where nothing was ever installed, node_modules itself has to appear first.
    ...upward(folder).filter((parent) => parent.startsWith(root) && !existsSync(join(parent, 'node_modules'))),
  ];
}

/** `./x` may become x.ts, or x/index.ts where x is a folder. */
function around(path: string): string[] {
  const folder = existing(dirname(path));
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? [folder, path] : [folder];
}

function existing(folder: string): string {
  return upward(folder).find((path) => existsSync(path)) ?? folder;
}
