import { hashOf } from '../../watch/stamp.js';
import type { Format } from '../banner.js';
import type { Bundle } from '../outcome.js';
import { awaitingShape } from './awaiting.js';
import type { Compiled } from './compile.js';
import type { Graph, Node } from './graph.js';
import { readMappings } from './mappings.js';
import type { Piece } from './program.js';
import { shape } from './shape.js';

export interface Whole {
  readonly bundle: Bundle;
  /** How many modules it has. */
  readonly modules: number;
  readonly format: Format;
  readonly entry: string;
}

/** What is remembered of a module in the base. */
export interface Known {
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
  /** It exports an enum. */
  readonly enums: boolean;
  /** By name; null where they are those of others as well. */
  readonly exports: readonly string[] | null;
}

export interface Entry {
  readonly piece: Piece;
  readonly known: Known;
}

export interface Base {
  readonly bundle: Bundle;
  readonly graph: Graph;
  readonly known: ReadonlyMap<string, Known>;
  /** What has changed since, and what it is like. */
  readonly own: ReadonlyMap<string, Entry>;
  /** Whether somebody exports again all that somebody else exports. */
  readonly stars: boolean;
  /** Modules of another source than the one that the graph is of: only a whole build shows what they ask for. */
  readonly ahead: ReadonlySet<string>;
  readonly whole: Whole;
  /** The whole bundle of the same sources as the base; null where one has changed while it was made. */
  readonly same: Bundle | null;
}

/** The last program that is known to be one. */
export interface Latest {
  readonly whole: Whole;
  readonly graph: Graph;
  /** What it was built to; null while it is written. */
  bundle: Bundle | null;
  /** Of its sources, by path; undefined for one that has changed since it was read. */
  readonly hashes: ReadonlyMap<string, string | undefined>;
}

/** What esbuild writes for an ES module with exports. */
const SHOWS = /^module\.exports = __toCommonJS\(/m;

/** A module that esbuild has compiled, and what it is in the program. Throws where it cannot be a function. */
export function pieceOf({ path, text, map, asks, awaits, source }: Compiled, node: Node): Entry {
  const { skip, ...shaped } =
    awaits === null ? { skip: 0, ...shape(text, node.isModule) } : awaitingShape({ text, name: awaits });
  const { links, code, exports } = shaped;
  const piece = { path, isModule: node.isModule, awaits: awaits !== null, targets: node.targets, ...shaped };
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
      enums: source.enums,
      exports: links.some(([, star]) => star) ? null : exports,
    },
  };
}

export function isSame(one: Latest, other: Latest): boolean {
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

type Modules = Pick<Base, 'own' | 'known' | 'graph'>;

/** The modules of the program as it is now that have this. */
export function modulesWith(what: 'awaits' | 'enums', { own, known, graph }: Modules): ReadonlySet<string> {
  return new Set(
    [...graph.modules.keys()].filter((path) => (own.get(path)?.known ?? known.get(path))?.[what] === true),
  );
}

/** Those that are not of the source that the program was built of. */
export function aheadOf({ hashes }: Latest, { own, known }: Pick<Base, 'own' | 'known'>): ReadonlySet<string> {
  const others = [...hashes].filter(
    ([path, hash]) => hash === undefined || hash !== (own.get(path)?.known ?? known.get(path))?.source,
  );
  return new Set(others.map(([path]) => path));
}

export function hasStars(found: ReadonlyMap<string, Entry>): boolean {
  return [...found.values()].some(({ piece }) => piece.links.some(([, star]) => star));
}
