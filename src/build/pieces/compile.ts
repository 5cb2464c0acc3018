import { resolve } from 'node:path';

import { type build, isFailure, type Message, type Plugin } from '../esbuild.js';
import { fixNames } from '../interop.js';
import { type Loading, readingAlone, readingWith } from '../plugin.js';
import { type BuilderOptions, eachOf, settingsFor } from '../settings.js';

/** A module as esbuild wrote it for `format: 'cjs'`, not bundled. */
export interface Compiled {
  readonly path: string;
  readonly text: string;
  /** JSON; of one source. */
  readonly map: string;
  /** What it asks for, statically or not. */
  readonly asks: readonly string[];
  /** It has top-level await, so it is written for `format: 'esm'`: esbuild's name for it. Null: it has none. */
  readonly awaits: string | null;
  readonly source: Seen;
}

/** Of the source that a module was made of, which may have changed since. */
export interface Seen {
  /** It is what stands in the file. */
  readonly asRead: boolean;
  readonly hash: string | undefined;
  /** What its import and export statements say. */
  readonly signature: string;
  /** It exports an enum. */
  readonly enums: boolean;
}

export type Compile = (paths: readonly string[]) => Promise<CompiledAll>;

export interface CompiledAll {
  readonly modules: readonly Compiled[];
  readonly warnings: readonly Message[];
}

/** So many modules may be read by esbuild itself: each has its source in its map then. */
const FEW = 8;

/** A function cannot have it. */
const AWAIT = /^Top-level await is currently not supported/;

/** Of errors of esbuild: the file that one of them is about has top-level await where CommonJS cannot. */
export function isAwait({ text }: Pick<Message, 'text'>): boolean {
  return AWAIT.test(text);
}

type Output = Omit<Compiled, 'source'>;

interface Outputs {
  readonly found: readonly Output[];
  readonly warnings: readonly Message[];
}

/** Compiles modules, each by itself. Rejects as esbuild does. */
export function eachWith(
  run: typeof build,
  options: BuilderOptions,
  load: Loading['load'],
  see: (path: string) => Seen,
): Compile {
  const { cwd } = options;
  const settings = eachOf(settingsFor('cjs', options));
  const { banner: _, ...alone } = settingsFor('esm', options);

  async function compile(paths: readonly string[], plugins: Plugin[]): Promise<Outputs> {
    const { outputFiles, metafile, warnings } = await run({
      ...settings,
      entryPoints: paths.map((path, at) => ({ in: path, out: String(at) })),
      plugins,
      sourcesContent: plugins.length === 0,
    });
    const files = new Map(outputFiles.map((file) => [file.path, file]));
    const found = Object.entries(metafile.outputs).flatMap(([name, { entryPoint, imports }]) => {
      const file = resolve(cwd, name);
      const [code, map] = [files.get(file), files.get(`${file}.map`)];
      if (entryPoint === undefined || code === undefined || map === undefined) return [];
      const asks = imports.map((entry) => entry.path);
      return [{ path: resolve(cwd, entryPoint), text: fixNames(code.text), map: map.text, asks, awaits: null }];
    });
    return { found, warnings };
  }

  async function compileAwaiting(path: string, plugins: Plugin[]): Promise<Outputs> {
    const { outputFiles, metafile, warnings } = await run({ ...alone, entryPoints: { alone: path }, plugins });
    const [map, code] = outputFiles;
    const [name, input] = Object.entries(metafile.inputs).find(([name]) => resolve(cwd, name) === path) ?? [];
    if (map === undefined || code === undefined || name === undefined || input === undefined)
      throw new Error('esbuild gave no output');
    // Its own helpers are an import to it.
    const asked = input.imports.filter(({ external }) => external !== true);
    const asks = asked.map((entry) => entry.original ?? entry.path);
    return { found: [{ path, text: fixNames(code.text), map: map.text, asks, awaits: name }], warnings };
  }

  /** Without a question of esbuild's to this process, a fifth of the time; null where that will not do. */
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

  /** `awaiting`: those with top-level await. */
  async function compileAll(paths: readonly string[], awaiting: ReadonlySet<string>): Promise<CompiledAll> {
    const compiled = awaiting.size > 0 ? null : await compileFiles(paths);
    if (compiled !== null) return compiled;
    const seen = new Map<string, Seen>();
    const read: Loading['load'] = async (path) => {
      const contents = await load(path);
      seen.set(path, see(path));
      return contents;
    };
    const others = paths.filter((path) => !awaiting.has(path));
    const parts = await Promise.all([
      ...(others.length === 0 ? [] : [compile(others, [readingWith(read)])]),
      ...paths.filter((path) => awaiting.has(path)).map((path) => compileAwaiting(path, [readingAlone(read)])),
    ]);
    return {
      modules: parts.flatMap(({ found }) => found.map((one) => ({ ...one, source: seen.get(one.path) ?? UNSEEN }))),
      warnings: parts.flatMap(({ warnings }) => warnings),
    };
  }

  /** Which of them have top-level await, as these errors tell; none: something else is wrong. */
  function awaitingIn(error: unknown, paths: readonly string[]): readonly string[] {
    const errors = isFailure(error) ? error.errors : [];
    const found = new Set(errors.map(({ location }) => resolve(cwd, location?.file ?? '')));
    return errors.every(isAwait) ? paths.filter((path) => found.has(path)) : [];
  }

  return async (paths) => {
    const awaiting = new Set<string>();
    // One that is saved meanwhile may have it only now.
    for (;;) {
      const before = awaiting.size;
      try {
        return await compileAll(paths, awaiting);
      } catch (error) {
        for (const path of awaitingIn(error, paths)) awaiting.add(path);
        if (awaiting.size === before) throw error;
      }
    }
  };
}

const UNSEEN: Seen = { asRead: false, enums: false, hash: undefined, signature: '' };

function contentIn(map: string): unknown {
  return (JSON.parse(map) as { readonly sourcesContent?: readonly unknown[] }).sourcesContent?.[0];
}
