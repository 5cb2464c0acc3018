import { join } from 'node:path';

import { hashOf } from '../../watch/stamp.js';
import type { Format } from '../banner.js';
import { type Bundles, isThere, removeBundle } from '../bundles.js';
import type { Bundle } from '../outcome.js';
import type { Compile } from './compile.js';
import type { Graph } from './graph.js';
import { readMappings } from './mappings.js';
import { baseOf, type Piece, programOf } from './program.js';
import { shape } from './shape.js';

/**
 * Large apps: a whole build costs the same however little was edited, and so does a new process that compiles a whole
 * bundle. Here each module is a function of its own. All of them stand in one file, the base, which standbys compile
 * ahead; a bundle has only those that have changed since, and runs them together.
 */
export interface Pieces {
  /** A whole build has come to this. Gives the bundle to use: that one, or the same program in pieces. */
  built(whole: Whole, graph: Graph | string): Promise<Bundle>;
  /**
   * Builds the program with other versions of these modules. Null: only a whole build can tell what becomes of it.
   * Rejects as esbuild does.
   */
  rebuild(changed: ReadonlySet<string>): Promise<Bundle | null>;
  /** Whether this file is one of the program's modules, and nothing else depends on it. */
  has(path: string): boolean;
  /** How many modules the program has; 0 while it is not in pieces. */
  count(): number;
  /** Why it never will be, though it is large; null otherwise. */
  why(): string | null;
  close(): void;
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
  readonly bundles: Bundles;
  readonly timing: boolean;
  readonly compile: Compile;
  /** What a module's import and export statements say. */
  readonly signature: (path: string) => string;
  readonly hash: (path: string) => string | undefined;
  /** There is a base for standbys to compile ahead. */
  readonly onBase: (file: string) => void;
}

/** What is remembered of a module in the base. */
interface Known {
  readonly hash: string;
  /** Of the source that it was made of. */
  readonly source: string | undefined;
  /** JSON of its {@link Node}. */
  readonly node: string;
  /** What a whole build depends on, JSON. */
  readonly face: string;
  readonly exports: readonly string[];
}

interface Base {
  readonly bundle: Bundle;
  readonly graph: Graph;
  readonly known: ReadonlyMap<string, Known>;
  /** What has changed since, and what it is like. */
  readonly own: Map<string, { readonly piece: Piece; readonly known: Known }>;
  /** Whether somebody exports again all that somebody else exports. */
  readonly stars: boolean;
  readonly whole: Whole;
}

/** The last program that is known to be one. */
interface Latest {
  readonly whole: Whole;
  readonly graph: Graph;
}

/** For fewer modules a whole build takes less time than a person notices. */
const FROM = 150;

/** With more than this in a bundle of its own a new base is better. */
const MOST = 40;

/** The app answers first: a base is made so long after a build, in ms. */
const LATER = 150;

/** For tests only: every program comes in pieces, from the start. */
const ALWAYS = process.env['ZDR_TEST_PIECES'] === 'always';

export function openPieces(options: PiecesOptions): Pieces {
  const { bundles, root, timing, compile, signature, hash, onBase } = options;
  let base: Base | null = null;
  let reason: string | null = null;
  let timer: NodeJS.Timeout | null = null;
  let making: Promise<void> | null = null;
  let round = 0;
  let latest: Latest;
  /** Bundles that somebody may use. */
  const given = new WeakSet<Bundle>();
  /** Bases that were replaced, each with the bundles that need it. */
  const old = new Map<Bundle, Set<Bundle>>();
  const users = new Map<Bundle, Set<Bundle>>();

  async function piecesOf(paths: readonly string[], graph: Graph) {
    const found = new Map<string, { readonly piece: Piece; readonly known: Known }>();
    for (const { path, text, map, asks } of await compile(paths)) {
      const node = graph.modules.get(path);
      if (node === undefined) throw new Error(`${path} is no module of the program`);
      const { code, links, exports } = shape(text, node.isModule);
      const mappings = readMappings(map);
      const piece = { path, isModule: node.isModule, code, links, targets: node.targets, exports, mappings };
      found.set(path, {
        piece,
        known: {
          hash: hashOf(JSON.stringify([node, links, code])),
          source: hash(path),
          node: JSON.stringify(node),
          face: JSON.stringify([node, links, [...asks].sort(), signature(path)]),
          exports,
        },
      });
    }
    return found;
  }

  async function make(whole: Whole, graph: Graph): Promise<void> {
    const mine = ++round;
    try {
      const found = await piecesOf([...graph.modules.keys()], graph);
      const text = baseOf(
        [...found.values()].map(({ piece }) => piece),
        timing,
      );
      const bundle = await bundles.put({ ...text, format: 'cjs' });
      if (mine !== round) return void removeBundle(bundle);
      retire();
      base = {
        bundle,
        graph,
        known: new Map([...found].map(([path, { known }]) => [path, known])),
        own: new Map(),
        stars: hasStars(found),
        whole,
      };
      users.set(bundle, new Set());
      if (latest.graph !== graph && !(await follow(latest))) return retire();
      onBase(bundle.file);
    } catch (error) {
      if (mine === round) reason = reasonOf(error);
    }
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

  /** Goes on from the base that there is with what a whole build has found, if most of it is as it was. */
  async function follow({ whole, graph }: Latest): Promise<boolean> {
    if (base === null || !isThere(base.bundle)) return false;
    const { own, known } = base;
    const others = [...graph.modules].filter(([path, node]) => {
      const before = own.get(path)?.known ?? known.get(path);
      return before?.source !== hash(path) || before?.node !== JSON.stringify(node);
    });
    if (own.size + others.length > MOST) return false;
    const found = await piecesOf(
      others.map(([path]) => path),
      graph,
    );
    for (const path of own.keys()) if (!graph.modules.has(path)) own.delete(path);
    for (const [path, entry] of found) own.set(path, entry);
    base = { ...base, graph, stars: base.stars || hasStars(found), whole };
    return true;
  }

  /** One that is being made is made to its end: it follows what has changed meanwhile. */
  function makeLater(): void {
    timer ??= setTimeout(() => {
      const { whole, graph } = latest;
      making = make(whole, graph).finally(() => {
        timer = making = null;
      });
    }, LATER);
  }

  function cancel(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    round += 1;
  }

  /** The program as it is now. */
  async function put({ bundle, graph, own, whole }: Base): Promise<Bundle> {
    if (own.size === 0 && !ALWAYS && isThere(whole.bundle)) return whole.bundle;
    const program = programOf({
      format: whole.format,
      entry: whole.entry,
      base: bundle.file,
      own: [...own.values()].map(({ piece }) => piece).sort((a, b) => (a.path < b.path ? -1 : 1)),
      builtins: graph.builtins,
      anchor: join(root, 'node_modules', '.zdr.cjs'),
      timing,
    });
    const result = await bundles.put({ ...program, format: whole.format });
    users.get(bundle)?.add(result);
    return result;
  }

  async function useFor(whole: Whole, graph: Graph | string): Promise<Bundle> {
    reason = null;
    const isSmall = whole.modules < FROM && !ALWAYS;
    if (isSmall || typeof graph === 'string') {
      cancel();
      retire();
      reason = isSmall || typeof graph !== 'string' ? null : graph;
      return whole.bundle;
    }
    latest = { whole, graph };
    const follows = await follow(latest).catch(() => false);
    if (!follows) {
      retire();
      if (ALWAYS) await make(whole, graph);
      else makeLater();
    }
    return base === null ? whole.bundle : put(base);
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
      if (base === null) await making;
      const now = base;
      if (now === null || !isThere(now.bundle)) return null;
      const found = await piecesOf([...changed], now.graph);
      for (const [path, { known }] of found) {
        const before = now.own.get(path)?.known ?? now.known.get(path);
        if (before === undefined || before.face !== known.face || !keeps(before, known, now.stars)) return null;
      }
      for (const [path, entry] of found)
        if (now.known.get(path)?.hash === entry.known.hash) now.own.delete(path);
        else now.own.set(path, entry);
      const bundle = await put(now);
      given.add(bundle);
      if (now.own.size > MOST) {
        latest = { whole: { ...now.whole, bundle }, graph: now.graph };
        makeLater();
      }
      return bundle;
    },
    has: (path) => (base?.graph ?? (making === null ? null : latest.graph))?.modules.has(path) === true,
    count: () => base?.graph.modules.size ?? 0,
    why: () => reason,
    close: cancel,
  };
}

function hasStars(found: ReadonlyMap<string, { readonly piece: Piece }>): boolean {
  return [...found.values()].some(({ piece }) => piece.links.some(([, star]) => star));
}

/** Whether all that is imported from a module is still there. */
function keeps(before: Known, now: Known, stars: boolean): boolean {
  return stars
    ? before.exports.join() === now.exports.join()
    : before.exports.every((name) => now.exports.includes(name));
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.includes('Top-level await') ? 'top-level await' : (text.split('\n')[0] ?? '');
}
