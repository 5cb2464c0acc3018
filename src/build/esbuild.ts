import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import * as esbuild from 'esbuild';

import type { BuildMessage } from '../events.js';
import { bannerOf, type Format } from './banner.js';
import type { Bundles } from './bundles.js';
import {
  ADDON,
  contentsOfExternal,
  EXTERNAL,
  isExternal,
  nameExternals,
  NOT_RELATIVE,
  openExternals,
} from './externals.js';
import { formatOf, typeOf } from './format.js';
import { openReads } from './inputs.js';
import { fixHelpers } from './interop.js';
import { failureMessage, toBuildMessage, unresolvedIn, unshift } from './messages.js';
import type { BuildOutcome } from './outcome.js';
import { witnessed } from './plugins.js';
import { DEFINE } from './rewrite.js';
import { openSources, type Sources } from './sources.js';

export { removeBundle } from './bundles.js';
export type { Loader, OnLoadResult, Plugin, PluginBuild } from 'esbuild';

export interface BuilderOptions {
  /** Absolute. It may be missing: then the build fails until it is there. */
  readonly entry: string;
  /** The folder of the nearest package.json, else the entry's. */
  readonly root: string;
  /** Messages name files relative to it. */
  readonly cwd: string;
  /** Where bundles go. Whoever opened it closes it, after the builder. */
  readonly bundles: Bundles;
  readonly conditions?: readonly string[];
  /** Absolute; in place of the nearest tsconfig.json of each file. */
  readonly tsconfig?: string;
  /** Absolute; they need not exist. */
  readonly envFiles: readonly string[];
  readonly terminalWidth?: number;
  /** Bundles tell when their modules are evaluated. */
  readonly timing?: boolean;
  /** What a configuration adds. */
  readonly extra?: BuildExtra;
}

/** esbuild's own options that a project can set: what no file of the project says. */
export interface BuildExtra {
  /** They come before zdr's own. */
  readonly plugins: readonly esbuild.Plugin[];
  /** By extension, with the dot. */
  readonly loader: Readonly<Record<string, esbuild.Loader>>;
  /** By identifier: JSON, or another identifier. */
  readonly define: Readonly<Record<string, string>>;
}

/** Builds one entry again and again. */
export interface Builder {
  /** Never rejects: what goes wrong is a `failed` outcome. Builds run one after the other. */
  build(): Promise<BuildOutcome>;
  /** These files have another content (or came, or went): the next build reads them. All others come from memory. */
  invalidate(paths: Iterable<string>): void;
  /** This file of a package uses top-level await: import it ahead of the bundle instead of in its place. False: it was. */
  keepStatic(path: string): boolean;
  /** A build that hangs (in a plugin) is left to itself: the next one begins anew. */
  giveUp(): void;
  close(): Promise<void>;
}

type Context = esbuild.BuildContext<esbuild.BuildOptions & { write: false; metafile: true }>;
type Result = esbuild.BuildResult<esbuild.BuildOptions & { write: false; metafile: true }> | esbuild.BuildFailure;

/** A build that was given up and has not ended so long after the close hangs, in ms. */
const HANGS = 1_000;

const OURS = Symbol('asked by this plugin');
const SERVICE_DIED = /The service (?:is no longer running|was stopped)|EPIPE/;

export function openBuilder(options: BuilderOptions): Builder {
  const reads = openReads(options);
  const externals = openExternals();
  const { bundles } = options;
  const timing = options.timing === true;
  let entry = '';
  let sources: Sources = openSources(entry, timing);
  let context: { readonly format: Format; readonly build: Context } | null = null;
  /** What an entry turned out to be that neither its extension nor its package.json tells. */
  let guess: Format = 'esm';
  let queue: Promise<unknown> = Promise.resolve();
  /** Builds that have not ended, those that were given up among them. */
  const running = new Set<Promise<unknown>>();

  const plugin: esbuild.Plugin = {
    name: 'zdr',
    setup(build) {
      const onResolve = (args: esbuild.OnResolveArgs) => {
        if (args.pluginData === OURS) return null;
        const { path, ...rest } = args;
        return externals.resolve(args, async () => {
          const found = await build.resolve(path, { ...rest, pluginData: OURS });
          // Without an answer esbuild is left to resolve and to complain: its messages are the better ones.
          return found.errors.length > 0 || found.external || found.namespace !== 'file' ? null : found.path;
        });
      };
      build.onResolve({ filter: NOT_RELATIVE }, onResolve);
      build.onResolve({ filter: ADDON }, onResolve);
      build.onLoad({ filter: /.*/, namespace: EXTERNAL }, ({ path }) => ({
        contents: contentsOfExternal(path, timing),
      }));
      build.onLoad({ filter: /.*/, namespace: 'file' }, async ({ path }) => {
        if (isExternal(path)) return null;
        reads.saw(path);
        const source = await sources.load(path);
        if (source === null) return { errors: [{ text: `Could not read ${path}` }] };
        return { contents: source.contents, loader: 'default' };
      });
    },
  };

  const witness = {
    async saw(path: string) {
      await sources.load(path);
      reads.saw(path);
    },
    entry: () => entry,
  };

  async function contextFor(format: Format): Promise<Context> {
    if (context?.format === format) return context.build;
    await context?.build.dispose();
    context = null;
    const build = await esbuild.context({
      entryPoints: { bundle: options.entry },
      absWorkingDir: options.cwd,
      outdir: bundles.folder,
      outExtension: { '.js': format === 'esm' ? '.mjs' : '.cjs' },
      bundle: true,
      write: false,
      metafile: true,
      format,
      platform: 'node',
      target: `node${process.versions.node}`,
      // Without a list esbuild adds 'module', which node does not know.
      conditions: ['node-addons', 'module-sync', ...(options.conditions ?? [])],
      mainFields: ['main'],
      sourcemap: 'external',
      sourcesContent: false,
      keepNames: true,
      charset: 'utf8',
      legalComments: 'none',
      // `sideEffects: false` is a word to bundlers: node runs every module that is imported.
      ignoreAnnotations: true,
      logLevel: 'silent',
      loader: { ...options.extra?.loader },
      define: { ...options.extra?.define, ...DEFINE },
      banner: { js: bannerOf(format, join(options.root, 'node_modules', '.zdr.cjs'), timing) },
      plugins: [...(options.extra?.plugins ?? []).map((other) => witnessed(other, witness)), plugin],
      ...(options.tsconfig === undefined ? {} : { tsconfig: options.tsconfig }),
    });
    context = { format, build };
    return build;
  }

  async function rebuild(format: Format, retry = true): Promise<Result> {
    try {
      return await (await contextFor(format)).rebuild();
    } catch (error) {
      if (retry && SERVICE_DIED.test(String(error))) {
        context = null;
        await esbuild.stop();
        return rebuild(format, false);
      }
      if (error instanceof Error && 'errors' in error) return error as esbuild.BuildFailure;
      throw error;
    }
  }

  /** Builds in the format that the entry asks for. Where only its syntax tells, the first build shows it. */
  async function compile(): Promise<{ readonly result: Result; readonly format: Format }> {
    const rule = formatOf(entry, await typeOf(entry));
    const format = rule === 'open' ? guess : rule;
    const result = await rebuild(format);
    const syntax = rule === 'open' ? syntaxOf(result) : null;
    if (syntax === null || syntax === format) return { result, format };
    guess = syntax;
    return { result: await rebuild(guess), format: guess };
  }

  function syntaxOf(result: Result): Format | null {
    if (result.errors.some(({ text }) => text.startsWith('Top-level await is currently not supported'))) return 'esm';
    if (!('metafile' in result)) return null;
    const input = Object.entries(result.metafile.inputs).find(([file]) => resolve(options.cwd, file) === entry)?.[1];
    return input?.format === 'esm' ? 'esm' : 'cjs';
  }

  async function messages(found: readonly esbuild.Message[], kind: 'error' | 'warning'): Promise<BuildMessage[]> {
    if (found.length === 0) return [];
    const straight = found.map((message) => ({
      ...unshift(message, (file) => sources.peek(resolve(options.cwd, file))?.shift ?? null),
      // What to do about a missing package in esbuild's own configuration, which nobody has here.
      notes: message.notes.filter(({ text }) => !text.startsWith('You can mark the path')),
    }));
    const [plain, coloured] = await Promise.all(
      [false, true].map((color) =>
        esbuild.formatMessages(straight, { kind, color, terminalWidth: options.terminalWidth ?? 100 }),
      ),
    );
    return straight.map((message, i) =>
      toBuildMessage(message, plain?.[i] ?? message.text, coloured?.[i] ?? message.text),
    );
  }

  async function buildNow(): Promise<BuildOutcome> {
    const real = realEntry(options.entry);
    if (real !== entry) sources = openSources((entry = real), timing);
    await reads.begin();
    try {
      const { result, format } = await compile();
      if (!('outputFiles' in result)) {
        const unresolved = unresolvedIn(result.errors, options.cwd);
        const errors = await messages(result.errors, 'error');
        return { tag: 'failed', errors, inputs: reads.bad(sources, externals.links, unresolved) };
      }
      const [map, code] = result.outputFiles;
      if (map === undefined || code === undefined) throw new Error('esbuild gave no output');
      const bundle = await bundles.put({ text: fixHelpers(code.text), map: nameExternals(map.text), format });
      const warnings = await messages(result.warnings, 'warning');
      return { tag: 'built', bundle, warnings, inputs: reads.good(sources, externals.links) };
    } catch (error) {
      return { tag: 'failed', errors: [failureMessage(error)], inputs: reads.bad(sources, externals.links, []) };
    }
  }

  return {
    build() {
      const run = queue.then(buildNow);
      running.add(run);
      void run.finally(() => running.delete(run));
      queue = run.then(({ inputs }) => inputs).catch(() => {});
      return run;
    },
    invalidate(paths) {
      for (const path of paths) {
        const module = sources.invalidate(path);
        if (!reads.invalidate(path) && module) continue;
        // Not an edit of a module: what imports resolve to may have changed.
        externals.clear();
        reads.forget();
      }
    },
    keepStatic: (path) => externals.keepStatic(path),
    giveUp() {
      void context?.build.dispose().catch(() => {});
      context = null;
      queue = Promise.resolve();
    },
    async close() {
      await queue;
      await context?.build.dispose().catch(() => {});
      context = null;
      // What hangs would keep the process alive. Builders that go on notice, and start the service again.
      await Promise.race([Promise.allSettled(running), setTimeout(HANGS, null, { ref: false })]);
      if (running.size > 0) await endService();
    },
  };
}

/** Ends esbuild's process, which all builders share and which else ends with this one. */
export async function endService(): Promise<void> {
  await esbuild.stop();
}

function realEntry(entry: string): string {
  try {
    return realpathSync(entry);
  } catch {
    return entry;
  }
}
