import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import type { Inputs } from '../watch/inputs.js';
import type { BuildMessage } from '../events.js';
import { SHARING } from '../protocol/late.js';
import type { Format } from './banner.js';
import { openAliases } from './aliases.js';
import { openDecorators } from './decorators.js';
import { nameExternals, openExternals } from './externals.js';
import { formatOf, typeOf } from './format.js';
import { openReads } from './inputs.js';
import { openKinds } from './kinds.js';
import { linksIn } from './links.js';
import { fixHelpers } from './interop.js';
import { type LateOutcome, openParts } from './late.js';
import { lateWith } from './late-part.js';
import { failureMessage, plainMessage, unresolvedIn } from './messages.js';
import type { BuildOutcome } from './outcome.js';
import { graphOf } from './pieces/graph.js';
import { eachWith, isAwait } from './pieces/compile.js';
import { openPieces } from './pieces/pieces.js';
import { exportsEnum, signatureOf } from './pieces/signature.js';
import { loadingWith, takingFrom } from './plugin.js';
import { witnessed } from './plugins.js';
import {
  endService,
  esbuild,
  isFailure,
  type Message,
  type Metafile,
  openRebuilds,
  type Plugin,
  type Result,
} from './esbuild.js';
import { type BuilderOptions, settingsFor } from './settings.js';
import { openSources, type Sources } from './sources.js';
import { tellingWith } from './tell.js';

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
  /** Why a large app is built as a whole at each save; null: it is not. */
  whyWhole(): string | null;
  /** A build that hangs (in a plugin) is left to itself: the next one begins anew. */
  giveUp(): void;
  close(): Promise<void>;
}

/** A build that was given up and has not ended so long after the close hangs, in ms. */
const HANGS = 1_000;

export function openBuilder(options: BuilderOptions): Builder {
  const reads = openReads(options);
  const externals = openExternals();
  const { bundles } = options;
  const timing = options.timing === true;
  const decorators = openDecorators(options.tsconfig, [join(options.root, 'package.json'), import.meta.url]);
  const aliases = openAliases(options.tsconfig);
  const parts = openParts();
  const kinds = openKinds();
  /** What a whole build has read last. */
  let account: Promise<Inputs> | null = null;
  /** Modules that have changed since; `whole`: so has something that all depend on. */
  const dirty = new Set<string>();
  let whole = true;
  /** Whether modules tell what they export, and whether one of them may ask for more at run time. */
  let sharing = options.sharing ?? false;
  /** Whether the last good whole build had such modules. */
  let tells = sharing;
  let open = false;
  let entry = '';
  let sources: Sources = openSources(entry, decorators.lower, timing, aliases.of);
  /** What an entry turned out to be that neither its extension nor its package.json tells. */
  let guess: Format = 'esm';
  /** Of the last good build. */
  let links: ReadonlySet<string> = new Set();
  /** What esbuild warns of in the last good build. */
  let warned: readonly Message[] = [];
  let queue: Promise<unknown> = Promise.resolve();
  /** Builds that have not ended, those that were given up among them. */
  const running = new Set<Promise<unknown>>();

  async function contentsOf(path: string): Promise<string | Uint8Array | null> {
    const source = await sources.load(path, sources.peek(path)?.share);
    if (source === null) return null;
    open ||= source.open;
    const share = kinds.sharingFor(path, source);
    const shown = sharing ? await sources.load(path, share) : source;
    return (shown ?? source).contents;
  }

  const pluginFor = (saw: (path: string) => void): Plugin =>
    loadingWith({
      externals,
      timing,
      load(path) {
        saw(path);
        return contentsOf(path);
      },
    });
  const plugin = pluginFor(reads.saw);
  const latePart = lateWith({
    build: esbuild.build,
    options,
    sourceOf: (path) => sources.load(path),
    stampOf: (path) => sources.peek(path)?.stamp ?? null,
    pluginsFor: (known, takes, saw) => [takingFrom(known, takes), ...others, pluginFor(saw)],
    kinds,
    parts,
    failed: async (error) => (isFailure(error) ? await messages(error.errors, 'error') : [failureMessage(error)]),
  });
  const messages = tellingWith(esbuild.formatMessages, options, (path) => sources.peek(path));
  const pieces = openPieces({
    root: options.root,
    cwd: options.cwd,
    bundles,
    timing,
    compile: eachWith(esbuild.build, options, contentsOf, (path) => {
      const source = sources.peek(path);
      return {
        asRead: source?.asRead === true,
        hash: source?.stamp?.hash,
        signature: signatureOf(source?.contents ?? ''),
        enums: exportsEnum(source?.contents ?? ''),
      };
    }),
    hash: (path) => sources.peek(path)?.stamp?.hash,
    touched: (path) => whole || dirty.has(path),
    onBase: options.onBase ?? (() => {}),
  });

  const witness = {
    async saw(path: string) {
      await sources.load(path);
      reads.saw(path);
    },
    entry: () => entry,
  };
  const others = (options.extra?.plugins ?? []).map((other) => witnessed(other, witness));

  const rebuilds = openRebuilds((format) => ({
    ...settingsFor(format, options),
    entryPoints: { bundle: options.entry },
    plugins: [...others, plugin],
  }));

  /** Builds in the format that the entry asks for. Where only its syntax tells, the first build shows it. */
  async function compile(): Promise<{ readonly result: Result; readonly format: Format }> {
    const rule = formatOf(entry, typeOf(entry));
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
    const result = await rebuilds.rebuild(format);
    if (!('metafile' in result)) return result;
    const learned = kinds.learn(result.metafile.inputs, options.cwd);
    sharing ||= open;
    return sharing && (learned || !before) ? rebuilds.rebuild(format) : result;
  }

  function syntaxOf(result: Result): Format | null {
    if (result.errors.some(isAwait)) return 'esm';
    if (!('metafile' in result)) return null;
    const input = Object.entries(result.metafile.inputs).find(([file]) => resolve(options.cwd, file) === entry)?.[1];
    return input?.format === 'esm' ? 'esm' : 'cjs';
  }

  /** What was read, with these as they were read now. */
  async function inputsWith(before: Promise<Inputs>, changed: ReadonlySet<string>): Promise<Inputs> {
    const stamps = [...changed].map((path) => [path, sources.peek(path)?.stamp ?? null] as const);
    const { files, ...rest } = await before;
    return { ...rest, files: new Map([...files, ...stamps]) };
  }

  async function warnings(): Promise<readonly BuildMessage[]> {
    const missing = decorators.missing();
    return [...(await messages(warned, 'warning')), ...(missing === null ? [] : [plainMessage(missing, 'WARNING')])];
  }

  /** A build of what has changed alone; null: that would not do. */
  async function buildChanged(): Promise<BuildOutcome | null> {
    if (whole || dirty.size === 0 || account === null) return null;
    const before = account;
    // What changes from here on is the next build's.
    const changed = new Set(dirty);
    dirty.clear();
    const inputsNow = () => inputsWith(before, changed);
    try {
      const rebuilt = await pieces.rebuild(changed);
      if (rebuilt === null) return null;
      const { bundle } = rebuilt;
      const kept = warned.filter(({ location }) => !changed.has(resolve(options.cwd, location?.file ?? '')));
      warned = [...kept, ...rebuilt.warnings];
      const inputs = inputsNow();
      account = inputs;
      await inputs;
      return { tag: 'built', bundle, warnings: await warnings(), inputs, modules: [changed.size, pieces.count()] };
    } catch (error) {
      for (const path of changed) dirty.add(path);
      // With other edits beside it the program may not have that module any more, and one that is gone has no place.
      if (!isFailure(error) || changed.size > 1 || error.errors.some((one) => one.location === null)) return null;
      if (error.errors.some(isAwait)) return null;
      const inputs = inputsNow();
      return { tag: 'failed', errors: await messages(error.errors, 'error'), inputs };
    }
  }

  async function buildNow(): Promise<BuildOutcome> {
    const real = realEntry(options.entry);
    if (real !== entry) {
      sources = openSources((entry = real), decorators.lower, timing, aliases.of);
      whole = true;
    }
    return (await buildChanged()) ?? buildWhole();
  }

  async function buildWhole(): Promise<BuildOutcome> {
    await reads.begin();
    // What changes from here on is the next build's.
    whole = false;
    dirty.clear();
    const allLinks = () => [...externals.links, ...links];
    try {
      const { result, format } = await compile();
      if (!('outputFiles' in result)) {
        whole = true;
        const unresolved = unresolvedIn(result.errors, options.cwd);
        const errors = await messages(result.errors, 'error');
        return { tag: 'failed', errors, inputs: reads.bad(sources, allLinks(), unresolved) };
      }
      links = linksIn(result.metafile.inputs, options.cwd);
      const [map, code] = result.outputFiles;
      if (map === undefined || code === undefined) throw new Error('esbuild gave no output');
      const found = await bundles.put({ text: fixHelpers(code.text), map: nameExternals(map.text), format });
      const { inputs: modules } = result.metafile;
      // Pieces without what makes them tell of themselves would be others than those of the bundle.
      if (sharing !== tells) pieces.forget();
      tells = sharing;
      const made = { bundle: found, modules: Object.keys(modules).length, format, entry };
      const bundle = await pieces.built(made, graphOfBuild(modules));
      const inputs = reads.good(sources, allLinks());
      account = inputs;
      warned = result.warnings;
      return { tag: 'built', bundle, warnings: await warnings(), inputs, modules: null };
    } catch (error) {
      whole = true;
      return { tag: 'failed', errors: [failureMessage(error)], inputs: reads.bad(sources, allLinks(), []) };
    }
  }

  function graphOfBuild(inputs: Metafile['inputs']) {
    if (options.inPieces !== true) return null;
    return options.extra?.plugins.length ? 'there are plugins' : graphOf(inputs, options.cwd, externals.dynamic);
  }

  function enqueue<T>(work: () => Promise<T>): Promise<T> {
    const run = queue.then(work);
    queue = run.catch(() => {});
    return run;
  }

  return {
    build() {
      rebuilds.startService();
      const run = queue.then(buildNow);
      running.add(run);
      void run.finally(() => running.delete(run));
      queue = run.then(({ inputs }) => inputs).catch(() => {});
      return run;
    },
    late: (file, known) => enqueue(() => latePart(file, new Set(known))),
    invalidate(paths) {
      for (const path of paths) {
        parts.invalidate(path);
        const module = sources.invalidate(path);
        if (!reads.invalidate(path) && module) {
          if (pieces.has(path)) dirty.add(path);
          else whole = true;
          continue;
        }
        whole = true;
        // Not an edit of a module: what imports resolve to may have changed.
        pieces.doubt();
        externals.clear();
        reads.forget();
        parts.clear();
        decorators.clear();
        aliases.clear();
        // How its files are read may have changed with it.
        if (!path.endsWith('.json')) continue;
        sources.clear();
        pieces.forget();
      }
    },
    keepStatic(path) {
      whole = true;
      pieces.doubt();
      if (path !== SHARING) return externals.keepStatic(path);
      const news = !sharing;
      sharing = true;
      return news;
    },
    whyWhole: pieces.why,
    giveUp() {
      rebuilds.giveUp();
      queue = Promise.resolve();
    },
    async close() {
      pieces.close();
      await queue;
      await rebuilds.close();
      // What hangs would keep the process alive. Builders that go on notice, and start the service again.
      await Promise.race([Promise.allSettled(running), setTimeout(HANGS, null, { ref: false })]);
      if (running.size > 0) await endService();
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
