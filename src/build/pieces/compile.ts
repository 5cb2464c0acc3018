import { resolve } from 'node:path';

import type { build } from '../esbuild.js';
import { fixNames } from '../interop.js';
import { type Loading, readingWith } from '../plugin.js';
import { type BuilderOptions, eachOf, settingsFor } from '../settings.js';

/** A module as esbuild wrote it for `format: 'cjs'`, not bundled. */
export interface Compiled {
  readonly path: string;
  readonly text: string;
  /** JSON; of one source. */
  readonly map: string;
  /** What it asks for, statically or not. */
  readonly asks: readonly string[];
  readonly source: Seen;
}

/** Of the source that a module was made of, which may have changed since. */
export interface Seen {
  readonly hash: string | undefined;
  /** What its import and export statements say. */
  readonly signature: string;
}

export type Compile = (paths: readonly string[]) => Promise<readonly Compiled[]>;

/** Compiles modules, each by itself. Rejects as esbuild does. */
export function eachWith(
  run: typeof build,
  options: BuilderOptions,
  load: Loading['load'],
  see: (path: string) => Seen,
): Compile {
  const settings = eachOf(settingsFor('cjs', options));
  return async (paths) => {
    const seen = new Map<string, Seen>();
    const reading = readingWith(async (path) => {
      const contents = await load(path);
      seen.set(path, see(path));
      return contents;
    });
    const { outputFiles, metafile } = await run({
      ...settings,
      entryPoints: paths.map((path, at) => ({ in: path, out: String(at) })),
      plugins: [reading],
    });
    const files = new Map(outputFiles.map((file) => [file.path, file]));
    return Object.entries(metafile.outputs).flatMap(([name, { entryPoint, imports }]) => {
      const file = resolve(options.cwd, name);
      const [code, map] = [files.get(file), files.get(`${file}.map`)];
      if (entryPoint === undefined || code === undefined || map === undefined) return [];
      const path = resolve(options.cwd, entryPoint);
      const source = seen.get(path) ?? { hash: undefined, signature: '' };
      return [{ path, text: fixNames(code.text), map: map.text, asks: imports.map((entry) => entry.path), source }];
    });
  };
}
