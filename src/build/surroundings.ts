import { existsSync, lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { openNearest, upward } from './nearest.js';
import { readTsconfig, type Tsconfig } from './tsconfig.js';

/** Files that steer a build or a start and are not modules. Missing ones are named as well: they may appear. */
export interface Surroundings {
  readonly files: ReadonlySet<string>;
  readonly aside: ReadonlySet<string>;
  readonly tsconfigs: readonly Tsconfig[];
}

export interface Place {
  readonly entry: string;
  readonly root: string;
  readonly cwd: string;
  readonly tsconfig?: string;
  readonly envFiles: readonly string[];
}

const LOCKS = ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock'];
/** What a package manager writes at the end of each installation. */
const INSTALLED = ['.package-lock.json', '.modules.yaml', '.yarn-state.yml'];
const ENV = ['.env', '.env.local', '.env.development', '.env.development.local'];

/** Finds what surrounds the modules in `folders`. `forget` after a change that was not an edit of a module. */
export function openSurroundings(place: Place): { of(folders: Iterable<string>): Surroundings; forget(): void } {
  let finders = open();
  return {
    forget: () => void (finders = open()),
    of(folders) {
      const { manifest, config, lock, tsconfigs } = finders;
      const files = new Set(linksOn(place.entry));
      const chains = new Map<string, Tsconfig>();
      const addConfig = (path: string): void => {
        const chain = tsconfigs.get(path) ?? readTsconfig(path);
        tsconfigs.set(path, chain);
        chains.set(path, chain);
        for (const file of chain.files) files.add(file);
      };
      const all = new Set([dirname(place.entry), place.root, ...folders]);
      for (const folder of all) {
        const path = manifest(folder);
        if (path !== null) files.add(path);
        if (place.tsconfig === undefined) addConfig(config(folder) ?? join(place.root, 'tsconfig.json'));
      }
      if (place.tsconfig !== undefined) addConfig(place.tsconfig);
      files.add(join(place.root, 'package.json'));
      const env = [place.cwd, place.root].flatMap((folder) => ENV.map((name) => join(folder, name)));
      const found = lock(place.root);
      const modules = join(place.root, 'node_modules');
      const installed = existsSync(modules) ? INSTALLED.map((name) => join(modules, name)) : [];
      return {
        files,
        aside: new Set([...place.envFiles, ...env, ...installed, ...(found === null ? [] : [found])]),
        tsconfigs: [...chains.values()],
      };
    },
  };
}

function open() {
  return {
    manifest: openNearest(['package.json']),
    config: openNearest(['tsconfig.json']),
    lock: openNearest(LOCKS),
    tsconfigs: new Map<string, Tsconfig>(),
  };
}

/** The symbolic links that a path goes through, itself included. */
function linksOn(path: string): string[] {
  return upward(path).filter((part) => lstatSync(part, { throwIfNoEntry: false })?.isSymbolicLink());
}
