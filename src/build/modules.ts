import { realpathSync } from 'node:fs';
import { join } from 'node:path';

import { openAliases } from './aliases.js';
import { openDecorators } from './decorators.js';
import type { Metafile, Plugin } from './esbuild.js';
import { type Externals, openExternals } from './externals.js';
import { openReads, type Reads } from './inputs.js';
import { type Kinds, openKinds } from './kinds.js';
import { loadingWith } from './plugin.js';
import type { BuilderOptions } from './settings.js';
import { openSources, type Source, type Sources } from './sources.js';

/** The modules of an entry as builds get them, and what decides that beside their content. */
export interface Modules {
  /** Looks where the entry is, links followed. True: elsewhere than before, so what was read before does not hold. */
  locate(): boolean;
  /** Its real path. */
  entry(): string;
  /** Those that were read. Others after the entry has moved. */
  sources(): Sources;
  /** What a bundle has for this file; null where it cannot be read. */
  contentsOf(path: string): Promise<string | Uint8Array | null>;
  /** Leaves packages outside, and gives esbuild the modules. `saw` hears of each. */
  pluginFor(saw: (path: string) => void): Plugin;
  readonly reads: Reads;
  readonly externals: Externals;
  readonly kinds: Kinds;
  /** Whether they tell what they export, for what is built at run time. */
  shares(): boolean;
  /** From here on they do. False: they did already. */
  beginToShare(): boolean;
  /** A build has read these. True: a new one can say more, beside whether they share. */
  learn(inputs: Metafile['inputs']): boolean;
  /** What no source says, but the app, when it ran. */
  learned(): Learned;
  recall(learned: Learned): void;
  /** What keeps decorators from being written out; null: nothing. */
  missing(): string | null;
  /** This file has another content. Forgets what may be different with it, and tells how much that is. */
  invalidate(path: string): Touched;
}

/** What the app has shown when it ran. */
export interface Learned {
  /** {@link Modules.shares} */
  readonly shares: boolean;
  /** Files of packages that `require` cannot load. */
  readonly asynchronous: readonly string[];
}

/**
 * - `module`: one that was read
 * - `surroundings`: what imports resolve to may have changed
 * - `all`: so may how files are read
 */
export type Touched = 'module' | 'surroundings' | 'all';

export function openModules(options: BuilderOptions): Modules {
  const timing = options.timing === true;
  const reads = openReads(options);
  const externals = openExternals();
  const decorators = openDecorators(options.tsconfig, [join(options.root, 'package.json'), import.meta.url]);
  const aliases = openAliases(options.tsconfig);
  const kinds = openKinds();
  let shares = options.sharing ?? false;
  /** One of them may ask for more at run time. */
  let open = false;
  let entry = '';
  const sourcesOf = (path: string): Sources => openSources(path, decorators.lower, timing, aliases.of);
  let sources = sourcesOf(entry);

  async function contentsOf(path: string): Promise<string | Uint8Array | null> {
    const source = await sources.load(path, sources.peek(path)?.share);
    if (source === null) return null;
    open ||= source.open;
    const share = kinds.sharingFor(path, source);
    const shown: Source | null = shares ? await sources.load(path, share) : source;
    return (shown ?? source).contents;
  }

  return {
    locate() {
      const real = realEntry(options.entry);
      if (real === entry) return false;
      sources = sourcesOf((entry = real));
      return true;
    },
    entry: () => entry,
    sources: () => sources,
    contentsOf,
    pluginFor: (saw) =>
      loadingWith({
        externals,
        timing,
        load(path) {
          saw(path);
          return contentsOf(path);
        },
      }),
    reads,
    externals,
    kinds,
    shares: () => shares,
    beginToShare() {
      const news = !shares;
      shares = true;
      return news;
    },
    learn(inputs) {
      shares ||= open;
      return kinds.learn(inputs, options.cwd);
    },
    learned: () => ({ shares, asynchronous: [...externals.asynchronous] }),
    recall(learned) {
      shares ||= learned.shares;
      for (const path of learned.asynchronous) externals.keepStatic(path);
    },
    missing: decorators.missing,
    invalidate(path) {
      const module = sources.invalidate(path);
      if (!reads.invalidate(path) && module) return 'module';
      externals.clear();
      reads.forget();
      decorators.clear();
      aliases.clear();
      if (!path.endsWith('.json')) return 'surroundings';
      sources.clear();
      return 'all';
    },
  };
}

function realEntry(entry: string): string {
  try {
    return realpathSync(entry);
  } catch {
    return entry;
  }
}
