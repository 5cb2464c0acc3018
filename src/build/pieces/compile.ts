import { resolve } from 'node:path';

import type { build, Message, Plugin } from '../esbuild.js';
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
  /** It is what stands in the file. */
  readonly asRead: boolean;
  readonly hash: string | undefined;
  /** What its import and export statements say. */
  readonly signature: string;
}

export type Compile = (paths: readonly string[]) => Promise<CompiledAll>;

export interface CompiledAll {
  readonly modules: readonly Compiled[];
  readonly warnings: readonly Message[];
}

/** So many modules may be read by esbuild itself: each has its source in its map then. */
const FEW = 8;

/** Compiles modules, each by itself. Rejects as esbuild does. */
export function eachWith(
  run: typeof build,
  options: BuilderOptions,
  load: Loading['load'],
  see: (path: string) => Seen,
): Compile {
  const settings = eachOf(settingsFor('cjs', options));

  async function compile(paths: readonly string[], plugins: Plugin[]) {
    const { outputFiles, metafile, warnings } = await run({
      ...settings,
      entryPoints: paths.map((path, at) => ({ in: path, out: String(at) })),
      plugins,
      sourcesContent: plugins.length === 0,
    });
    const files = new Map(outputFiles.map((file) => [file.path, file]));
    const found = Object.entries(metafile.outputs).flatMap(([name, { entryPoint, imports }]) => {
      const file = resolve(options.cwd, name);
      const [code, map] = [files.get(file), files.get(`${file}.map`)];
      if (entryPoint === undefined || code === undefined || map === undefined) return [];
      const asks = imports.map((entry) => entry.path);
      return [{ path: resolve(options.cwd, entryPoint), text: fixNames(code.text), map: map.text, asks }];
    });
    return { found, warnings };
  }

  /** Without a question of esbuild's to this process, which would take as long as all the rest; null where that will not do. */
  async function compileFiles(paths: readonly string[]): Promise<CompiledAll | null> {
    if (paths.length > FEW) return null;
    const texts = new Map<string, readonly [unknown, Seen]>();
    for (const path of paths) {
      const text = await load(path);
      const source = see(path);
      if (text === null || !source.asRead) return null;
      texts.set(path, [text, source]);
    }
    const { found, warnings } = await compile(paths, []);
    const modules = found.flatMap((output) => {
      const [text, source] = texts.get(output.path) ?? [];
      // It may have been written since.
      return source !== undefined && contentIn(output.map) === text ? [{ ...output, source }] : [];
    });
    return modules.length === paths.length ? { modules, warnings } : null;
  }

  return async (paths) => {
    const compiled = await compileFiles(paths);
    if (compiled !== null) return compiled;
    const seen = new Map<string, Seen>();
    const reading = readingWith(async (path) => {
      const contents = await load(path);
      seen.set(path, see(path));
      return contents;
    });
    const { found, warnings } = await compile(paths, [reading]);
    return { modules: found.map((output) => ({ ...output, source: seen.get(output.path) ?? UNSEEN })), warnings };
  };
}

const UNSEEN: Seen = { asRead: false, hash: undefined, signature: '' };

function contentIn(map: string): unknown {
  return (JSON.parse(map) as { readonly sourcesContent?: readonly unknown[] }).sourcesContent?.[0];
}
