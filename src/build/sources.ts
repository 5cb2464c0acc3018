import { extname } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import type { Stamp } from '../watch/inputs.js';
import { type Reading, readStamped } from '../watch/stamp.js';
import type { Aliases } from './aliases.js';
import type { Decorators } from './decorators.js';
import { rewrite, type Shift } from './rewrite.js';
import { looksLikeModule } from './share.js';

/** A file of the project as the build gets it. */
export interface Source {
  readonly stamp: Stamp;
  readonly contents: string | Uint8Array;
  readonly shift: Shift | null;
  /** What `contents` was made of, and the source map from one to the other, when it is not just what was read. */
  readonly from: { readonly text: string; readonly map: string } | null;
  /** `contents` is what stands in the file. */
  readonly asRead: boolean;
  /** It may ask for files at run time that the build does not know of. */
  readonly open: boolean;
  /** It looks as if it had import or export statements. */
  readonly looksLikeModule: boolean;
  /** What is said in front of it. */
  readonly share: string;
}

export interface Sources {
  /**
   * The file's content, from memory unless it was invalidated; null when it cannot be read.
   * `share`: what is to be said in front of it.
   */
  load(path: string, share?: string): Promise<Source | null>;
  /** What the last load of a path came to. */
  peek(path: string): Source | undefined;
  invalidate(path: string): boolean;
  clear(): void;
}

/** How long a save may leave a file empty, in ms. */
const GRACE = 150;

/** A comment that names as its source map what is none: esbuild would read that, and show it as an error. */
const NO_MAP = /^\/\/[#@] sourceMappingURL=(?!data:|\S*\.map(?:\?\S*)?\s*$)/gm;

const CODE = new Set(['.js', '.mjs', '.cjs', '.jsx', '.ts', '.mts', '.cts', '.tsx']);

/** Keeps the sources in memory, so that a rebuild reads what has changed and its stamps are exactly what it saw. */
/** `lower` writes out what esbuild does not know; `aliases` tells what a tsconfig makes of names. */
export function openSources(
  entry: string,
  lower: Decorators['lower'] = async () => null,
  timing = false,
  aliases: Aliases['of'] = () => [],
): Sources {
  const known = new Map<string, Source & { readonly data: Buffer }>();
  /** Files that had something in them. */
  const full = new Set<string>();

  async function asSource(stamp: Source['stamp'], data: string, path: string, share: string): Promise<Source> {
    const { text, shift, open } = rewrite(
      data.replace(NO_MAP, '// no source map: '),
      path,
      entry,
      share,
      timing,
      aliases(path),
    );
    const lowered = await lower(path, text);
    const from = lowered === null ? null : { text, map: lowered.map };
    const contents = lowered?.text ?? text;
    const asRead = contents === data;
    return { stamp, contents, from, shift, asRead, open, looksLikeModule: looksLikeModule(data), share };
  }

  return {
    async load(path, share = '') {
      const cached = known.get(path);
      if (cached?.share === share) return cached;
      const reading = cached ?? (await readWhole(path, full.has(path)));
      if (reading === null) return null;
      const { data, stamp } = reading;
      const source = CODE.has(extname(path))
        ? await asSource(stamp, data.toString(), path, share)
        : { stamp, contents: data, from: null, shift: null, asRead: true, open: false, looksLikeModule: false, share };
      if (data.length > 0) full.add(path);
      known.set(path, { ...source, data });
      return source;
    },
    peek: (path) => known.get(path),
    invalidate: (path) => known.delete(path),
    clear: () => known.clear(),
  };
}

/** A file that had something in it and is empty is most likely between the two steps of a save. */
async function readWhole(path: string, wasFull: boolean): Promise<Reading | null> {
  const end = performance.now() + GRACE;
  for (;;) {
    const reading = await readStamped(path);
    if (!wasFull || reading === null || reading.data.length > 0 || performance.now() > end) return reading;
    await setTimeout(5);
  }
}
