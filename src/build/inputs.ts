import { dirname } from 'node:path';

import type { Inputs, Stamp } from '../watch/inputs.js';
import { stampOf } from '../watch/stamp.js';
import type { Sources } from './sources.js';
import { openSurroundings, type Place } from './surroundings.js';
import { foldersFor, type Unresolved } from './unresolved.js';

/** Accounts for what a build reads. One `begin`, then `load`s, then one `good` or `bad`. */
export interface Reads {
  begin(): Promise<void>;
  /** A module was asked for in this build. */
  saw(path: string): void;
  /** Whether it was. */
  hasSeen(path: string): boolean;
  good(sources: Sources, links: Iterable<string>): Promise<Inputs>;
  bad(sources: Sources, links: Iterable<string>, unresolved: readonly Unresolved[]): Promise<Inputs>;
  /** A path has another content: true when it is more than a module. */
  invalidate(path: string): boolean;
  forget(): void;
}

export function openReads(place: Place): Reads {
  const surroundings = openSurroundings(place);
  const stamps = new Map<string, Stamp>();
  const seen = new Set<string>();
  let folders: Iterable<string> = [];
  let lastGood: ReadonlyMap<string, Stamp> = new Map();
  let started = 0;

  /** What esbuild reads by itself is stamped before it does; what turns out only afterwards may have changed since. */
  async function stampAll(paths: Iterable<string>, late: boolean): Promise<void> {
    await Promise.all(
      [...paths].map(async (path) => {
        if (stamps.has(path)) return;
        const stamp = await stampOf(path);
        const doubtful = late && stamp !== null && stamp.mtimeMs >= started;
        stamps.set(path, doubtful ? { ...stamp, hash: 'unknown' } : stamp);
      }),
    );
  }

  async function gather(sources: Sources, links: Iterable<string>) {
    folders = new Set([...seen].map((path) => dirname(path)));
    const { files: near, aside, tsconfigs } = surroundings.of(folders);
    const around = new Set([...near, ...aside, ...links]);
    await stampAll(around, true);
    const files = new Map([...around].map((path) => [path, stamps.get(path) ?? null]));
    for (const path of seen) files.set(path, sources.peek(path)?.stamp ?? null);
    return { files, aside, tsconfigs };
  }

  return {
    async begin() {
      // File systems stamp with a clock that ticks a few milliseconds late.
      started = Date.now() - 20;
      seen.clear();
      const { files, aside } = surroundings.of(folders);
      await stampAll([...files, ...aside], false);
    },
    saw: (path) => void seen.add(path),
    hasSeen: (path) => seen.has(path),
    async good(sources, links) {
      const { files, aside } = await gather(sources, links);
      lastGood = files;
      return { files, folders: new Set(), aside };
    },
    async bad(sources, links, unresolved) {
      const { files, aside, tsconfigs } = await gather(sources, links);
      for (const [path, stamp] of lastGood)
        if (!files.has(path)) files.set(path, stamps.get(path) ?? sources.peek(path)?.stamp ?? stamp);
      return {
        files,
        folders: new Set(unresolved.flatMap((missing) => foldersFor(missing, place.root, tsconfigs))),
        aside,
      };
    },
    invalidate: (path) => stamps.delete(path),
    forget: () => surroundings.forget(),
  };
}
