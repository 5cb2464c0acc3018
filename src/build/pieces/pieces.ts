import { join, resolve } from 'node:path';

import { hashOf } from '../../watch/stamp.js';
import type { Format } from '../banner.js';
import { type Bundles, isThere, removeBundle } from '../bundles.js';
import { type BuildFailure, isFailure, type Message } from '../esbuild.js';
import type { Bundle } from '../outcome.js';
import { awaitingShape, whyNotAwaiting } from './awaiting.js';
import { type Compile, type Compiled, isAwait } from './compile.js';
import type { Graph, Node } from './graph.js';
import { readMappings } from './mappings.js';
import { baseOf, type Piece, programOf } from './program.js';
import { shape } from './shape.js';
import { findsAll, widened } from './widen.js';

/**
 * A whole build costs the same however little was edited, and so does a new process that compiles a whole bundle. Here each module is a function of its own. All of them stand in one file, the base, which standbys compile
 * ahead; a bundle has only those that have changed since, and runs them together.
 */
export interface Pieces {
  /**
   * A whole build has come to this. Gives the bundle to use: that one, or the same program in pieces. `graph`: a text says
   * why there can be no pieces, null that nobody wants them.
   */
  built(whole: Whole, graph: Graph | string | null): Promise<Bundle>;
  /**
   * Builds the program with other versions of these modules. Null: only a whole build can tell what becomes of it.
   * Rejects as esbuild does.
   */
  rebuild(changed: ReadonlySet<string>): Promise<Rebuilt | null>;
  /** Whether this file is one of the program's modules, and nothing else depends on it. */
  has(path: string): boolean;
  /** The same sources may come to something else from now on. */
  forget(): void;
  /** As modules they would still come to the same, but perhaps not as a program. */
  doubt(): void;
  /** How many modules the program has; 0 while it is not in pieces. */
  count(): number;
  /** Why it never will be, though it is large; null otherwise. */
  why(): string | null;
  close(): void;
}

export interface Rebuilt {
  readonly bundle: Bundle;
  /** Of what has changed. */
  readonly warnings: readonly Message[];
}

export interface Whole {
  readonly bundle: Bundle;
  /** How many modules it has. */
  readonly modules: number;
  readonly format: Format;
  readonly entry: string;
}

export interface PiecesOptions {
  readonly root: string;
  /** What esbuild's messages name files relative to. */
  readonly cwd: string;
  readonly bundles: Bundles;
  readonly timing: boolean;
  readonly compile: Compile;
  readonly hash: (path: string) => string | undefined;
  /** There is a base for standbys to compile ahead. `large`: one of them is enough for a process. */
  readonly onBase: (file: string, large: boolean) => void;
}

/** What is remembered of a module in the base. */
interface Known {
  readonly hash: string;
  /** Of the source that it was made of. */
  readonly source: string | undefined;
  /** JSON of its {@link Node}. */
  readonly node: string;
  /** How many static imports it has. */
  readonly links: number;
  /** What it asks for, sorted. */
  readonly asks: readonly string[];
  /** What its import and export statements say. */
  readonly signature: string;
  /** Its own text shows that it is an ES module: it exports something. */
  readonly shows: boolean;
  /** It has top-level await. */
  readonly awaits: boolean;
  /** By name; null where they are those of others as well. */
  readonly exports: readonly string[] | null;
}

interface Entry {
  readonly piece: Piece;
  readonly known: Known;
}

interface Base {
  readonly bundle: Bundle;
  readonly graph: Graph;
  readonly known: ReadonlyMap<string, Known>;
  /** What has changed since, and what it is like. */
  readonly own: ReadonlyMap<string, Entry>;
  /** Whether somebody exports again all that somebody else exports. */
  readonly stars: boolean;
  readonly whole: Whole;
  /** The whole bundle of the same sources as the base; null where one has changed while it was made. */
  readonly same: Bundle | null;
}

/** The last program that is known to be one. */
interface Latest {
  readonly whole: Whole;
  readonly graph: Graph;
  /** What it was built to; null while it is written. */
  bundle: Bundle | null;
  /** Of its sources, by path. */
  readonly hashes: ReadonlyMap<string, string | undefined>;
}

/** Why a base could not be made. */
interface Unfit {
  readonly reason: string;
  /** The contents of which it could not: another one of one of them may do. None: it has no place. */
  readonly hashes: ReadonlyMap<string, string | undefined>;
  /** Whether it could not of this program. */
  readonly holds: (graph: Graph) => boolean;
}

/** Of a module. */
class UnfitModule extends Error {
  readonly file: string;

  constructor(reason: string, file: string) {
    super(reason);
    this.file = file;
  }
}

/** What esbuild writes for an ES module with exports. */
const SHOWS = /^module\.exports = __toCommonJS\(/m;

/**
 * From so many modules on all is done to have a program in pieces: builds wait for the base, and go on from the last one.
 * With fewer a whole build takes less time than that.
 */
const LARGE = 150;

/** With more than this in a bundle of its own a new base is better. */
const MOST = 40;

/** The app answers first: a base is made so long after a build, in ms. */
const LATER = 150;

/** The same where it does not matter much whether it is there: the next standby boots first. */
const MUCH_LATER = 500;

/** For tests only: every program comes in pieces, from the start. */
const ALWAYS = process.env['ZDR_TEST_PIECES'] === 'always';

export function openPieces(options: PiecesOptions): Pieces {
  const { bundles, cwd, root, timing, compile, hash, onBase } = options;
  let base: Base | null = null;
  let reason: string | null = null;
  let unfit: Unfit | null = null;
  let timer: NodeJS.Timeout | null = null;
  let making: Promise<void> | null = null;
  let round = 0;
  let latest: Latest;
  let large = true;
  /** Bundles that somebody may use. */
  const given = new WeakSet<Bundle>();
  /** What they were built of. */
  let programs: readonly Latest[] = [];
  /** Bases that were replaced, each with the bundles that need it. */
  const old = new Map<Bundle, Set<Bundle>>();
  const users = new Map<Bundle, Set<Bundle>>();

  function pieceOf({ path, text, map, asks, awaits, source }: Compiled, node: Node): Entry {
    const { skip, ...shaped } =
      awaits === null ? { skip: 0, ...shape(text, node.isModule) } : awaitingShape({ text, name: awaits });
    const { links, code, exports } = shaped;
    const piece = { path, isModule: node.isModule, targets: node.targets, ...shaped };
    return {
      piece: { ...piece, mappings: readMappings(map, skip) },
      known: {
        hash: hashOf(JSON.stringify([node, links, code])),
        source: source.hash,
        node: JSON.stringify(node),
        links: links.length,
        asks: [...asks].sort(),
        signature: source.signature,
        shows: awaits !== null || SHOWS.test(text),
        awaits: awaits !== null,
        exports: links.some(([, star]) => star) ? null : exports,
      },
    };
  }

  async function piecesOf(paths: readonly string[], graph: Graph): Promise<ReadonlyMap<string, Entry>> {
    const found = new Map<string, Entry>();
    for (const module of (await compile(paths)).modules) {
      const node = graph.modules.get(module.path);
      if (node === undefined) throw new Error(`${module.path} is no module of the program`);
      try {
        found.set(module.path, pieceOf(module, node));
      } catch (error) {
        throw new UnfitModule(reasonOf(error), module.path);
      }
    }
    return found;
  }

  /** Makes a base beside whatever is built meanwhile, and puts it in the place of the old one in a single step. */
  async function make(from: Latest): Promise<void> {
    const mine = ++round;
    try {
      const found = await piecesOf([...from.graph.modules.keys()], from.graph);
      const awaiting = awaitingIn(found);
      const cannot = whyNotAwaiting(from.graph, awaiting);
      if (cannot !== null) {
        if (mine === round)
          unfit = {
            reason: cannot,
            hashes: new Map([...awaiting].map((path) => [path, found.get(path)?.known.source])),
            holds: (graph) => whyNotAwaiting(graph, awaiting) !== null,
          };
        return;
      }
      const text = baseOf(
        [...found.values()].map(({ piece }) => piece),
        timing,
      );
      const bundle = await bundles.put({ ...text, format: 'cjs' });
      const exact = [...found].every(([path, { known }]) => known.source === from.hashes.get(path));
      let next: Base | null = {
        bundle,
        graph: from.graph,
        known: new Map([...found].map(([path, { known }]) => [path, known])),
        own: new Map(),
        stars: hasStars(found),
        whole: from.whole,
        same: exact ? from.bundle : null,
      };
      for (let goal = from; next !== null && goal !== latest && mine === round;) {
        goal = latest;
        next = await follow(next, goal);
      }
      if (mine !== round || next === null) {
        void removeBundle(bundle);
        return mine === round ? make(latest) : undefined;
      }
      retire();
      base = next;
      users.set(bundle, new Set());
      onBase(bundle.file, large);
    } catch (error) {
      if (mine === round) unfit = { reason: reasonOf(error), hashes: placeOf(error), holds: () => true };
    }
  }

  function latestOf(whole: Whole, graph: Graph, bundle: Bundle | null): Latest {
    return { whole, graph, bundle, hashes: new Map([...graph.modules.keys()].map((path) => [path, hash(path)])) };
  }

  /** A bundle of the same program, in whatever form: one that serves is not replaced by its like. */
  function builtBefore(program: Latest): Bundle | null {
    programs = programs.filter(({ bundle }) => bundle !== null && isThere(bundle));
    return programs.find((other) => isSame(other, program))?.bundle ?? null;
  }

  function give(program: Latest, bundle: Bundle): Bundle {
    given.add(bundle);
    programs = [...programs.filter((other) => other.bundle !== bundle), { ...program, bundle }];
    return bundle;
  }

  /** What keeps the program from being in pieces is still there. */
  function isUnfit(graph: Graph): boolean {
    if (unfit === null) return false;
    if (unfit.holds(graph) && [...unfit.hashes].every(([path, before]) => before === hash(path))) return true;
    unfit = null;
    return false;
  }

  function placeOf(error: unknown): ReadonlyMap<string, string | undefined> {
    const [first] = (error as Partial<BuildFailure>).errors ?? [];
    const named = first?.location == null ? null : resolve(cwd, first.location.file);
    const file = error instanceof UnfitModule ? error.file : named;
    return new Map(file === null ? [] : [[file, hash(file)]]);
  }

  /** The base is replaced. Those whose bundles are gone are removed. */
  function retire(): void {
    if (base !== null) old.set(base.bundle, users.get(base.bundle) ?? new Set());
    base = null;
    for (const [bundle, needed] of old) {
      if ([...needed].some(isThere)) continue;
      old.delete(bundle);
      users.delete(bundle);
      void removeBundle(bundle);
    }
  }

  /** The program with these modules; null where that is not all that changes. */
  function changedBy(from: Base, compiled: readonly Compiled[]): Base | null {
    const own = new Map(from.own);
    const modules = new Map(from.graph.modules);
    const before = (path: string): Known | undefined => from.own.get(path)?.known ?? from.known.get(path);
    const entries: Entry[] = [];
    for (const module of compiled) {
      const { path, asks } = module;
      const old = before(path);
      const node = old === undefined ? null : widened(path, asks, old.asks, from.graph);
      if (old === undefined || node === null) return null;
      const entry = pieceOf(module, node);
      entries.push(entry);
      modules.set(path, node);
      if (from.known.get(path)?.hash === entry.known.hash) own.delete(path);
      else own.set(path, entry);
    }
    const awaits = hasAwaiting(from);
    const exportsOf = (path: string) => (own.get(path)?.known ?? from.known.get(path))?.exports ?? null;
    for (const { piece, known } of entries) {
      const old = before(piece.path);
      if (old === undefined || !keeps(old, known, from.stars)) return null;
      // It may be in the other syntax now.
      if (old.shows !== known.shows || old.awaits !== known.awaits) return null;
      const asBefore = old.signature === known.signature && old.asks.join() === known.asks.join();
      // One that has no exports, or had no imports, may have been in another syntax.
      if (!asBefore && (!known.shows || old.links === 0 || awaits || !findsAll(piece, exportsOf))) return null;
    }
    return { ...from, own, graph: { ...from.graph, modules } };
  }

  /** Goes on from a base with what has been built since; null where more than `most` modules are not as they were. */
  async function follow(from: Base, { whole, graph, bundle }: Latest, most = MOST): Promise<Base | null> {
    if (!isThere(from.bundle)) return null;
    const { own, known } = from;
    const others = [...graph.modules].filter(([path, node]) => {
      const before = own.get(path)?.known ?? known.get(path);
      return before?.source !== hash(path) || before?.node !== JSON.stringify(node);
    });
    if (others.length > most || own.size + others.length > MOST) return null;
    const found = await piecesOf(
      others.map(([path]) => path),
      graph,
    );
    const kept = [...own, ...found].filter(([path]) => graph.modules.has(path));
    const awaiting = new Set([
      ...awaitingIn(new Map(kept)),
      ...[...known].flatMap(([path, one]) => (one.awaits ? path : [])),
    ]);
    if (whyNotAwaiting(graph, awaiting) !== null) return null;
    const same = kept.length === 0 ? bundle : from.same;
    return { ...from, own: new Map(kept), graph, stars: from.stars || hasStars(found), whole, same };
  }

  /** One that is being made is made to its end: it follows what has changed meanwhile. */
  function makeLater(): void {
    timer ??= setTimeout(
      () => {
        const mine = make(latest).finally(() => {
          if (making === mine) timer = making = null;
        });
        making = mine;
      },
      large ? LATER : MUCH_LATER,
    );
  }

  function cancel(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    round += 1;
  }

  /** The program as it is now. */
  async function put(now: Base): Promise<Bundle> {
    const { bundle, graph, own, whole, same } = now;
    if (own.size === 0 && !ALWAYS && same !== null && isThere(same)) return same;
    const program = programOf({
      format: whole.format,
      entry: whole.entry,
      base: bundle.file,
      own: [...own.values()].map(({ piece }) => piece).sort((a, b) => (a.path < b.path ? -1 : 1)),
      awaits: hasAwaiting(now),
      builtins: graph.builtins,
      anchor: join(root, 'node_modules', '.zdr.cjs'),
      timing,
    });
    const result = await bundles.put({ ...program, format: whole.format });
    users.get(bundle)?.add(result);
    return result;
  }

  async function useFor(whole: Whole, graph: Graph | string | null): Promise<Bundle> {
    large = whole.modules >= LARGE || ALWAYS;
    reason = typeof graph === 'string' ? graph : null;
    if (graph === null || typeof graph === 'string') {
      cancel();
      retire();
      return whole.bundle;
    }
    const found = latestOf(whole, graph, whole.bundle);
    const goal = { ...found, bundle: builtBefore(found) ?? whole.bundle };
    latest = goal;
    let from: Base | null;
    let next: Base | null;
    // Another base may have been finished meanwhile.
    do {
      from = base;
      next = from === null ? null : await follow(from, goal, large ? MOST : 0).catch(() => null);
    } while (base !== from);
    if (next !== null) base = next;
    else {
      retire();
      const unfits = isUnfit(graph);
      if (ALWAYS && !unfits) await make(latest);
      else if (!unfits) makeLater();
    }
    return give(goal, base === null || (!ALWAYS && goal.bundle !== whole.bundle) ? goal.bundle : await put(base));
  }

  return {
    async built(whole, graph) {
      const bundle = await useFor(whole, graph);
      given.add(bundle);
      if (!given.has(whole.bundle)) void removeBundle(whole.bundle);
      return bundle;
    },
    async rebuild(changed) {
      // A whole build beside it would take longer than the rest of it.
      if (base === null && large) await making;
      if (base === null || !isThere(base.bundle)) return null;
      const { modules, warnings } = await compile([...changed]);
      // From here to the next `await` nothing else happens: a base that is finished meanwhile follows this build, too.
      const next = base === null ? null : changedBy(base, modules);
      if (next === null) return null;
      base = next;
      const built = latestOf(next.whole, next.graph, null);
      latest = built;
      built.bundle = builtBefore(built) ?? (await put(next));
      if (next.own.size > MOST) makeLater();
      return { bundle: give(built, built.bundle), warnings };
    },
    has: (path) => (base?.graph ?? (making === null ? null : latest.graph))?.modules.has(path) === true,
    forget() {
      cancel();
      retire();
      programs = [];
    },
    doubt() {
      programs = [];
    },
    count: () => base?.graph.modules.size ?? 0,
    why: () => (large ? (reason ?? unfit?.reason ?? null) : null),
    close: cancel,
  };
}

function isSame(one: Latest, other: Latest): boolean {
  return (
    one.whole.format === other.whole.format &&
    one.whole.entry === other.whole.entry &&
    one.hashes.size === other.hashes.size &&
    [...one.hashes].every(([path, hash]) => hash !== undefined && hash === other.hashes.get(path)) &&
    [...one.graph.modules].every(
      ([path, node]) => JSON.stringify(node) === JSON.stringify(other.graph.modules.get(path)),
    )
  );
}

/** Some of it has top-level await. */
function hasAwaiting({ own, known }: Base): boolean {
  return [...known.values(), ...[...own.values()].map((entry) => entry.known)].some(({ awaits }) => awaits);
}

function awaitingIn(found: ReadonlyMap<string, Entry>): Set<string> {
  return new Set([...found].flatMap(([path, { known }]) => (known.awaits ? path : [])));
}

function hasStars(found: ReadonlyMap<string, Entry>): boolean {
  return [...found.values()].some(({ piece }) => piece.links.some(([, star]) => star));
}

/** Whether all that is imported from a module is still there. With `stars` a further name may be another one's. */
function keeps(before: Known, now: Known, stars: boolean): boolean {
  if (before.exports === null || now.exports === null || stars)
    return before.exports?.join() === now.exports?.join() && before.signature === now.signature;
  return before.exports.every((name) => now.exports?.includes(name));
}

function reasonOf(error: unknown): string {
  if (isFailure(error) && error.errors.every(isAwait)) return 'top-level await';
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0] ?? '';
}
