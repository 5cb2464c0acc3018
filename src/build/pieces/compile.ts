import { resolve } from 'node:path';

import type { build } from '../esbuild.js';
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
}

export type Compile = (paths: readonly string[]) => Promise<readonly Compiled[]>;

/** Compiles modules, each by itself. Rejects as esbuild does. */
export function eachWith(run: typeof build, options: BuilderOptions, load: Loading['load']): Compile {
  const settings = eachOf(settingsFor('cjs', options));
  return async (paths) => {
    const { outputFiles, metafile } = await run({
      ...settings,
      entryPoints: paths.map((path, at) => ({ in: path, out: String(at) })),
      plugins: [readingWith(load)],
    });
    const files = new Map(outputFiles.map((file) => [file.path, file]));
    return Object.entries(metafile.outputs).flatMap(([name, { entryPoint, imports }]) => {
      const file = resolve(options.cwd, name);
      const [code, map] = [files.get(file), files.get(`${file}.map`)];
      if (entryPoint === undefined || code === undefined || map === undefined) return [];
      const path = resolve(options.cwd, entryPoint);
      return [{ path, text: code.text, map: map.text, asks: imports.map((entry) => entry.path) }];
    });
  };
}
