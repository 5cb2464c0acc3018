import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import type { Inputs } from '../watch/inputs.js';
import { hashOf } from '../watch/stamp.js';
import { SHARING } from '../protocol/late.js';
import { nameExternals, packagesIn } from './externals.js';
import { linksIn } from './links.js';
import { fixHelpers } from './interop.js';
import { type LateOutcome, openParts } from './late.js';
import { lateWith } from './late-part.js';
import { failureMessage, unresolvedIn } from './messages.js';
import { type Learned, openModules } from './modules.js';
import type { BuildOutcome, Bundle } from './outcome.js';
import { graphOf, withoutAttributes } from './pieces/graph.js';
import { eachWith, isAwait } from './pieces/compile.js';
import type { Parts } from './pieces/left.js';
import { openPieces } from './pieces/pieces.js';
import { exportsEnum, signatureOf } from './pieces/signature.js';
import { takingFrom } from './plugin.js';
import { witnessed } from './plugins.js';
import { endService, esbuild, isFailure, type Metafile, openRebuilds } from './esbuild.js';
import { type BuilderOptions, settingsFor } from './settings.js';
import { tellingWith } from './tell.js';
import { openWarned } from './warned.js';
import { wholeWith } from './whole.js';

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
  /** What the next run has to know to begin with this bundle, the last one; null: it had better build. */
  legacyOf(bundle: Bundle): Legacy | null;
  /** Begins with what another run has left. The next build is a whole one. */
  begin(bundle: Bundle, legacy: Legacy): void;
  /** A build that hangs (in a plugin) is left to itself: the next one begins anew. */
  giveUp(): void;
  close(): Promise<void>;
}

/** What was found out on the way to a bundle, and is not in its sources. */
export interface Legacy {
  readonly modules: number;
  readonly learned: Learned;
  /** Files of packages that it asks for. */
  readonly packages: readonly string[];
  /** Of a bundle in pieces. */
  readonly parts: Parts | null;
}

/** A build that was given up and has not ended so long after the close hangs, in ms. */
const HANGS = 1_000;

export function openBuilder(options: BuilderOptions): Builder {
  const modules = openModules(options);
  const { reads, externals, kinds } = modules;
  const { bundles } = options;
  const parts = openParts();
  /** What a whole build has read last. */
  let account: Promise<Inputs> | null = null;
  /** Modules that have changed since; `whole`: so has something that all depend on. */
  const dirty = new Set<string>();
  let whole = true;
  /** Whether modules told what they export in the last good whole build. */
  let tells = modules.shares();
  /** Of the last good build. */
  let links: ReadonlySet<string> = new Set();
  /** Of the last good whole build: its modules, and files of packages; null: esbuild has read some that nobody accounts for. */
  let count = 0;
  let packages: readonly string[] | null = null;
  let queue: Promise<unknown> = Promise.resolve();
  /** Builds that have not ended, those that were given up among them. */
  const running = new Set<Promise<unknown>>();

  const latePart = lateWith({
    build: esbuild.build,
    options,
    sourceOf: (path) => modules.sources().load(path),
    stampOf: (path) => peek(path)?.stamp ?? null,
    pluginsFor: (known, takes, saw) => [takingFrom(known, takes), ...others, modules.pluginFor(saw)],
    kinds,
    parts,
    failed: async (error) => (isFailure(error) ? await messages(error.errors, 'error') : [failureMessage(error)]),
  });
  const peek = (path: string) => modules.sources().peek(path);
  const messages = tellingWith(esbuild.formatMessages, options, peek);
  const warned = openWarned(options.cwd, messages, modules.missing);
  const pieces = openPieces({
    root: options.root,
    cwd: options.cwd,
    bundles,
    timing: options.timing === true,
    compile: eachWith(esbuild.build, options, modules.contentsOf, (path) => {
      const source = peek(path);
      return {
        asRead: source?.asRead === true,
        hash: source?.stamp?.hash,
        signature: signatureOf(source?.contents ?? ''),
        enums: exportsEnum(source?.contents ?? ''),
      };
    }),
    hash: (path) => peek(path)?.stamp?.hash,
    hashOfContents(path) {
      const source = peek(path);
      if (source === undefined) return undefined;
      return source.asRead ? source.stamp?.hash : hashOf(source.contents);
    },
    touched: (path) => whole || dirty.has(path),
    onBase: options.onBase ?? (() => {}),
  });

  const witness = {
    async saw(path: string) {
      await modules.sources().load(path);
      reads.saw(path);
    },
    entry: modules.entry,
  };
  const others = (options.extra?.plugins ?? []).map((other) => witnessed(other, witness));

  const rebuilds = openRebuilds((format) => ({
    ...settingsFor(format, options),
    entryPoints: { bundle: options.entry },
    plugins: [...others, modules.pluginFor(reads.saw)],
  }));
  const compile = wholeWith(rebuilds, modules, options.cwd);

  /** What was read, with these as they were read now. */
  async function inputsWith(before: Promise<Inputs>, changed: ReadonlySet<string>): Promise<Inputs> {
    const stamps = [...changed].map((path) => [path, peek(path)?.stamp ?? null] as const);
    const { files, ...rest } = await before;
    return { ...rest, files: new Map([...files, ...stamps]) };
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
      warned.some(changed, rebuilt.warnings);
      const inputs = inputsNow();
      account = inputs;
      await inputs;
      return { tag: 'built', bundle, warnings: await warned.list(), inputs, modules: [changed.size, pieces.count()] };
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
    whole = modules.locate() || whole;
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
        return { tag: 'failed', errors, inputs: reads.bad(modules.sources(), allLinks(), unresolved) };
      }
      links = linksIn(result.metafile.inputs, options.cwd);
      const [map, code] = result.outputFiles;
      if (map === undefined || code === undefined) throw new Error('esbuild gave no output');
      const put = await bundles.put({ text: fixHelpers(code.text), map: nameExternals(map.text), format });
      const found = result.metafile.inputs;
      // Pieces without what makes them tell of themselves would be others than those of the bundle.
      if (modules.shares() !== tells) pieces.forget();
      tells = modules.shares();
      const names = Object.keys(found);
      count = names.length;
      packages = packagesIn(names, (name) => reads.hasSeen(resolve(options.cwd, withoutAttributes(name))));
      const made = { bundle: put, modules: count, format, entry: modules.entry() };
      const bundle = await pieces.built(made, graphOfBuild(found));
      const inputs = reads.good(modules.sources(), allLinks());
      account = inputs;
      warned.whole(result.warnings);
      return { tag: 'built', bundle, warnings: await warned.list(), inputs, modules: null };
    } catch (error) {
      whole = true;
      return { tag: 'failed', errors: [failureMessage(error)], inputs: reads.bad(modules.sources(), allLinks(), []) };
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
      const run = queue.then(async () => {
        const outcome = await buildNow();
        warned.told();
        return outcome;
      });
      running.add(run);
      void run.finally(() => running.delete(run));
      queue = run.then(({ inputs }) => inputs).catch(() => {});
      return run;
    },
    late: (file, known) =>
      enqueue(async () => {
        // What another run has left says nothing of its modules.
        if (account === null) await (await buildNow()).inputs;
        return latePart(file, new Set(known));
      }),
    invalidate(paths) {
      for (const path of paths) {
        parts.invalidate(path);
        const touched = modules.invalidate(path);
        if (touched === 'module' && pieces.has(path)) {
          dirty.add(path);
          continue;
        }
        whole = true;
        if (touched === 'module') continue;
        pieces.doubt();
        parts.clear();
        if (touched === 'all') pieces.forget();
      }
    },
    keepStatic(path) {
      whole = true;
      pieces.doubt();
      if (path !== SHARING) return externals.keepStatic(path);
      return modules.beginToShare();
    },
    whyWhole: pieces.why,
    legacyOf(bundle) {
      if (whole || dirty.size > 0 || !warned.never() || packages === null) return null;
      const parts = pieces.madeOf(bundle);
      return parts === undefined ? null : { modules: count, learned: modules.learned(), packages, parts };
    },
    begin(bundle, legacy) {
      modules.recall(legacy.learned);
      if (legacy.parts !== null) pieces.begin(bundle, legacy.parts);
    },
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
