import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import * as esbuild from 'esbuild';

import type { BuildMessage } from '../events.js';
import { SHARING } from '../protocol/late.js';
import type { Format } from './banner.js';
import { removeBundle } from './bundles.js';
import { openDecorators } from './decorators.js';
import { nameExternals, openExternals } from './externals.js';
import { formatOf, typeOf } from './format.js';
import { openReads } from './inputs.js';
import { openKinds } from './kinds.js';
import { linksIn } from './links.js';
import { fixHelpers } from './interop.js';
import { type LateOutcome, openParts } from './late.js';
import { failureMessage, plainMessage, toBuildMessage, traceBack, unresolvedIn, unshift } from './messages.js';
import type { BuildOutcome } from './outcome.js';
import { loadingWith, takingFrom } from './plugin.js';
import { witnessed } from './plugins.js';
import { type BuilderOptions, settingsFor } from './settings.js';
import { openSources, type Sources } from './sources.js';

export { removeBundle } from './bundles.js';
export type { BuilderOptions, BuildExtra } from './settings.js';
export type { BuildOptions, Loader, OnLoadResult, OnResolveArgs, Plugin, PluginBuild } from 'esbuild';

/** Builds one entry again and again. */
export interface Builder {
  /** Never rejects: what goes wrong is a `failed` outcome. Builds run one after the other. */
  build(): Promise<BuildOutcome>;
  /** These files have another content (or came, or went): the next build reads them. All others come from memory. */
  invalidate(paths: Iterable<string>): void;
  /**
   * A bundle of a source file that the app asks for at run time, without what it has evaluated (`known`). Never rejects.
   */
  late(file: string, known: readonly string[]): Promise<LateOutcome>;
  /**
   * This file of a package uses top-level await: import it ahead of the bundle instead of in its place. `SHARING`: the
   * bundle has to tell what it has evaluated. False: it did already.
   */
  keepStatic(path: string): boolean;
  /** A build that hangs (in a plugin) is left to itself: the next one begins anew. */
  giveUp(): void;
  close(): Promise<void>;
}

type Context = esbuild.BuildContext<esbuild.BuildOptions & { write: false; metafile: true }>;
type Result = esbuild.BuildResult<esbuild.BuildOptions & { write: false; metafile: true }> | esbuild.BuildFailure;

/** A build that was given up and has not ended so long after the close hangs, in ms. */
const HANGS = 1_000;

const SERVICE_DIED = /The service (?:is no longer running|was stopped)|EPIPE/;

export function openBuilder(options: BuilderOptions): Builder {
  const reads = openReads(options);
  const externals = openExternals();
  const { bundles } = options;
  const timing = options.timing === true;
  const decorators = openDecorators(options.tsconfig, [join(options.root, 'package.json'), import.meta.url]);
  const parts = openParts();
  const kinds = openKinds();
  /** Whether modules tell what they export, and whether one of them may ask for more at run time. */
  let sharing = options.sharing ?? false;
  let open = false;
  let entry = '';
  let sources: Sources = openSources(entry, decorators.lower, timing);
  let context: { readonly format: Format; readonly build: Context } | null = null;
  /** What an entry turned out to be that neither its extension nor its package.json tells. */
  let guess: Format = 'esm';
  /** Of the last good build. */
  let links: ReadonlySet<string> = new Set();
  let queue: Promise<unknown> = Promise.resolve();
  /** Builds that have not ended, those that were given up among them. */
  const running = new Set<Promise<unknown>>();

  const pluginFor = (saw: (path: string) => void): esbuild.Plugin =>
    loadingWith({
      externals,
      timing,
      async load(path) {
        saw(path);
        const source = await sources.load(path, sources.peek(path)?.share);
        if (source === null) return null;
        open ||= source.open;
        const share = kinds.sharingFor(path, source);
        const shown = sharing ? await sources.load(path, share) : source;
        return (shown ?? source).contents;
      },
    });
  const plugin = pluginFor(reads.saw);

  const witness = {
    async saw(path: string) {
      await sources.load(path);
      reads.saw(path);
    },
    entry: () => entry,
  };
  const others = (options.extra?.plugins ?? []).map((other) => witnessed(other, witness));

  async function contextFor(format: Format): Promise<Context> {
    if (context?.format === format) return context.build;
    await context?.build.dispose();
    context = null;
    const build = await esbuild.context({
      ...settingsFor(format, options),
      entryPoints: { bundle: options.entry },
      plugins: [...others, plugin],
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
      if (isFailure(error)) return error;
      throw error;
    }
  }

  /** Builds in the format that the entry asks for. Where only its syntax tells, the first build shows it. */
  async function compile(): Promise<{ readonly result: Result; readonly format: Format }> {
    const rule = formatOf(entry, await typeOf(entry));
    const format = rule === 'open' ? guess : rule;
    const result = await rebuildSharing(format);
    const syntax = rule === 'open' ? syntaxOf(result) : null;
    if (syntax === null || syntax === format) return { result, format };
    guess = syntax;
    return { result: await rebuildSharing(guess), format: guess };
  }

  /** A second time where the first shows that modules have to tell of themselves, or in which syntax they can. */
  async function rebuildSharing(format: Format): Promise<Result> {
    const before = sharing;
    const result = await rebuild(format);
    if (!('metafile' in result)) return result;
    const learned = kinds.learn(result.metafile.inputs, options.cwd);
    sharing ||= open;
    return sharing && (learned || !before) ? rebuild(format) : result;
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
      ...unshift(
        traceBack(message, (file) => sources.peek(resolve(options.cwd, file))?.from ?? null),
        (file) => sources.peek(resolve(options.cwd, file))?.shift ?? null,
      ),
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
    if (real !== entry) sources = openSources((entry = real), decorators.lower, timing);
    await reads.begin();
    const allLinks = () => [...externals.links, ...links];
    try {
      const { result, format } = await compile();
      if (!('outputFiles' in result)) {
        const unresolved = unresolvedIn(result.errors, options.cwd);
        const errors = await messages(result.errors, 'error');
        return { tag: 'failed', errors, inputs: reads.bad(sources, allLinks(), unresolved) };
      }
      links = linksIn(result.metafile.inputs, options.cwd);
      const [map, code] = result.outputFiles;
      if (map === undefined || code === undefined) throw new Error('esbuild gave no output');
      const bundle = await bundles.put({ text: fixHelpers(code.text), map: nameExternals(map.text), format });
      const missing = decorators.missing();
      const warnings = [
        ...(await messages(result.warnings, 'warning')),
        ...(missing === null ? [] : [plainMessage(missing, 'WARNING')]),
      ];
      return { tag: 'built', bundle, warnings, inputs: reads.good(sources, allLinks()) };
    } catch (error) {
      return { tag: 'failed', errors: [failureMessage(error)], inputs: reads.bad(sources, allLinks(), []) };
    }
  }

  async function lateNow(file: string, known: ReadonlySet<string>): Promise<LateOutcome> {
    const kept = parts.find(file, known);
    if (kept !== null) return kept;
    const holds = new Set<string>();
    const takes = new Set<string>();
    const inputs = async () => ({
      files: new Map([...holds].map((path) => [path, sources.peek(path)?.stamp ?? null])),
      folders: new Set<string>(),
      aside: new Set<string>(),
    });
    try {
      const rule = formatOf(file, await typeOf(file));
      const looks = (await sources.load(file))?.looksLikeModule === true ? 'esm' : 'cjs';
      const format = rule === 'open' ? looks : rule;
      const plugins = [takingFrom(known, takes), ...others, pluginFor((path) => holds.add(path))];
      const once = () => esbuild.build({ ...settingsFor(format, options), entryPoints: { late: file }, plugins });
      let result = await once();
      if (kinds.learn(result.metafile.inputs, options.cwd)) result = await once();
      const [map, code] = result.outputFiles;
      if (map === undefined || code === undefined) throw new Error('esbuild gave no output');
      const bundle = await bundles.put({ text: fixHelpers(code.text), map: nameExternals(map.text), format });
      const names = format === 'esm' ? Object.values(result.metafile.outputs).flatMap(({ exports }) => exports) : null;
      const outcome = { tag: 'built', bundle, warnings: [], inputs: inputs(), names } as const;
      for (const old of parts.keep(file, { outcome, holds, takes })) await removeBundle(old.bundle);
      return outcome;
    } catch (error) {
      const errors = isFailure(error) ? await messages(error.errors, 'error') : [failureMessage(error)];
      return { tag: 'failed', errors, inputs: inputs() };
    }
  }

  function enqueue<T>(work: () => Promise<T>): Promise<T> {
    const run = queue.then(work);
    queue = run.catch(() => {});
    return run;
  }

  return {
    build() {
      const run = queue.then(buildNow);
      running.add(run);
      void run.finally(() => running.delete(run));
      queue = run.then(({ inputs }) => inputs).catch(() => {});
      return run;
    },
    late: (file, known) => enqueue(() => lateNow(file, new Set(known))),
    invalidate(paths) {
      for (const path of paths) {
        parts.invalidate(path);
        const module = sources.invalidate(path);
        if (!reads.invalidate(path) && module) continue;
        // Not an edit of a module: what imports resolve to may have changed.
        externals.clear();
        reads.forget();
        parts.clear();
        decorators.clear();
        // How its files are read may have changed with it.
        if (path.endsWith('.json')) sources.clear();
      }
    },
    keepStatic(path) {
      if (path !== SHARING) return externals.keepStatic(path);
      const news = !sharing;
      sharing = true;
      return news;
    },
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

function isFailure(error: unknown): error is esbuild.BuildFailure {
  return error instanceof Error && 'errors' in error;
}

function realEntry(entry: string): string {
  try {
    return realpathSync(entry);
  } catch {
    return entry;
  }
}
