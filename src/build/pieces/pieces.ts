import { join } from 'node:path';

import { type Bundles, isThere, removeBundle } from '../bundles.js';
import type { Message } from '../esbuild.js';
import type { Bundle } from '../outcome.js';
import { openBases } from './bases.js';
import { changedBy } from './changed.js';
import type { Compile } from './compile.js';
import { openGiven } from './given.js';
import type { Graph } from './graph.js';
import { type Base, type Latest, modulesWith, type Whole } from './known.js';
import { type LeftOptions, openLeft, type Parts } from './left.js';
import { MOST, openMaker } from './maker.js';
import { programOf } from './program.js';
import { placeOf, reasonOf, type Unfit } from './unfit.js';

/**
 * A whole build costs the same however little was edited, and so does a new process that compiles a whole bundle. Here
 * each module is a function of its own. All of them stand in one file, the base, which standbys compile ahead; a bundle has
 * only those that have changed since, and runs them together.
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
  /** {@link Left.madeOf} */
  madeOf(bundle: Bundle): Parts | null | undefined;
  /** Somebody uses a bundle that another run has made. */
  begin(bundle: Bundle, parts: Parts): void;
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

export interface PiecesOptions extends LeftOptions {
  readonly root: string;
  /** What esbuild's messages name files relative to. */
  readonly cwd: string;
  readonly bundles: Bundles;
  readonly timing: boolean;
  readonly compile: Compile;
  /** Whether this file has changed since the build that is going on began. */
  readonly touched: (path: string) => boolean;
  /** There is a base for standbys to compile ahead. `large`: one of them is enough for a process. */
  readonly onBase: (file: string, large: boolean) => void;
}

/**
 * From so many modules on all is done to have a program in pieces: builds wait for the base, and go on from the last one.
 * With fewer a whole build takes less time than that.
 */
const LARGE = 150;

/** The app answers first: a base is made so long after a build, in ms. */
const LATER = 150;

/** The same where it does not matter much whether it is there: the next standby boots first. */
const MUCH_LATER = 1_000;

/** For tests only: every program comes in pieces, from the start. */
const ALWAYS = process.env['ZDR_TEST_PIECES'] === 'always';

export function openPieces(options: PiecesOptions): Pieces {
  const { bundles, cwd, root, timing, compile, hash, touched, onBase } = options;
  let base: Base | null = null;
  let reason: string | null = null;
  let unfit: Unfit | null = null;
  let timer: NodeJS.Timeout | null = null;
  let making: Promise<void> | null = null;
  let round = 0;
  let latest: Latest;
  let large = true;
  const given = openGiven();
  const left = openLeft(options);
  const bases = openBases();
  const maker = openMaker({ bundles, timing, compile, hash });

  /** Makes a base beside whatever is built meanwhile, and puts it in the place of the old one in a single step. */
  async function make(from: Latest): Promise<void> {
    const mine = ++round;
    try {
      const made = await maker.make(from);
      if ('holds' in made) {
        if (mine === round) unfit = made;
        return;
      }
      let next: Base | null = made;
      for (let goal = from; next !== null && goal !== latest && mine === round;) {
        goal = latest;
        next = await maker.follow(next, goal);
      }
      if (mine !== round || next === null) {
        void removeBundle(made.bundle);
        return mine === round ? make(latest) : undefined;
      }
      retire();
      base = next;
      onBase(made.bundle.file, large);
    } catch (error) {
      if (mine === round) unfit = { reason: reasonOf(error), hashes: placeOf(error, cwd, hash), holds: () => true };
    }
  }

  function latestOf(whole: Whole, graph: Graph, bundle: Bundle | null): Latest {
    const paths = [...graph.modules.keys()];
    return {
      whole,
      graph,
      bundle,
      hashes: new Map(paths.map((path) => [path, touched(path) ? undefined : hash(path)])),
    };
  }

  /** What keeps the program from being in pieces is still there. */
  function isUnfit(graph: Graph): boolean {
    if (unfit === null) return false;
    if (unfit.holds(graph) && [...unfit.hashes].every(([path, before]) => before === hash(path))) return true;
    unfit = null;
    return false;
  }

  function retire(): void {
    bases.retire(base?.bundle ?? null);
    base = null;
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
    // What is still being made comes to nothing, and must not touch what comes after it.
    timer = making = null;
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
      awaits: modulesWith('awaits', now).size > 0,
      builtins: graph.builtins,
      anchor: join(root, 'node_modules', '.zdr.cjs'),
      timing,
    });
    const made = await bases.needs(bundle, bundles.put({ ...program, format: whole.format }));
    left.pieces(made, now);
    return made;
  }

  async function useFor(whole: Whole, graph: Graph | string | null): Promise<Bundle> {
    large = whole.modules >= LARGE || ALWAYS;
    reason = typeof graph === 'string' ? graph : null;
    if (graph === null || typeof graph === 'string') {
      cancel();
      retire();
      return given.give(null, whole.bundle);
    }
    const found = latestOf(whole, graph, whole.bundle);
    left.whole(found);
    const begun = left.like(found);
    if (begun !== null) given.give(found, begun);
    const goal = { ...found, bundle: given.like(found) ?? whole.bundle };
    latest = goal;
    let from: Base | null;
    let next: Base | null;
    // Another base may have been finished meanwhile.
    do {
      from = base;
      next = from === null ? null : await maker.follow(from, goal, large ? MOST : 0).catch(() => null);
    } while (base !== from);
    if (next !== null) base = next;
    else {
      retire();
      const unfits = isUnfit(graph);
      if (ALWAYS && !unfits) await make(latest);
      else if (!unfits) makeLater();
    }
    // A module that is ahead of this build may not fit into it.
    const fits = base?.ahead.size === 0 && (ALWAYS || goal.bundle === whole.bundle);
    return given.give(goal, base !== null && fits ? await put(base) : goal.bundle);
  }

  return {
    async built(whole, graph) {
      const bundle = await useFor(whole, graph);
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
      built.bundle = given.like(built) ?? (await put(next));
      if (next.own.size > MOST) makeLater();
      return { bundle: given.give(built, built.bundle), warnings };
    },
    madeOf: (bundle) => left.madeOf(bundle, given.programOf(bundle)),
    begin(bundle, parts) {
      left.begin(bundle, parts);
      void bases.needs(parts.base, Promise.resolve(bundle)).then(() => bases.retire(parts.base));
    },
    has: (path) => (base?.graph ?? (making === null ? null : latest.graph))?.modules.has(path) === true,
    forget() {
      cancel();
      retire();
      given.doubt();
    },
    doubt: given.doubt,
    count: () => base?.graph.modules.size ?? 0,
    why: () => (large ? (reason ?? unfit?.reason ?? null) : null),
    close: cancel,
  };
}
