import { type Bundles, isThere } from '../bundles.js';
import { whyNot } from './awaiting.js';
import type { Compile } from './compile.js';
import type { Graph } from './graph.js';
import { aheadOf, type Base, type Entry, hasStars, type Known, type Latest, modulesWith, pieceOf } from './known.js';
import { baseOf } from './program.js';
import { reasonOf, type Unfit, UnfitModule } from './unfit.js';

/** Makes bases. Keeps nothing. */
export interface Maker {
  /** A base of this program, written; or why it cannot be in pieces. Rejects where esbuild or the disk does. */
  make(from: Latest): Promise<Base | Unfit>;
  /**
   * Goes on from a base with what has been built since; null where more than `most` modules are not as they were, or it
   * cannot be. Rejects as esbuild does.
   */
  follow(from: Base, goal: Latest, most?: number): Promise<Base | null>;
}

export interface MakerOptions {
  readonly bundles: Bundles;
  readonly timing: boolean;
  readonly compile: Compile;
  readonly hash: (path: string) => string | undefined;
}

/** With more than this in a bundle of its own a new base is better. */
export const MOST = 40;

export function openMaker({ bundles, timing, compile, hash }: MakerOptions): Maker {
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

  return {
    async make(from) {
      const { graph, whole } = from;
      const found = await piecesOf([...graph.modules.keys()], graph);
      const all = { graph, own: found, known: new Map<string, Known>() };
      const [awaiting, enums] = [modulesWith('awaits', all), modulesWith('enums', all)];
      const cannot = whyNot(graph, awaiting, enums, whole.format);
      if (cannot !== null)
        return {
          reason: cannot,
          hashes: new Map([...awaiting, ...enums].map((path) => [path, found.get(path)?.known.source])),
          holds: (later) => whyNot(later, awaiting, enums, whole.format) !== null,
        };
      const text = baseOf(
        [...found.values()].map(({ piece }) => piece),
        timing,
      );
      const written = await bundles.put({ ...text, format: 'cjs' });
      const known = new Map([...found].map(([path, entry]) => [path, entry.known]));
      const ahead = aheadOf(from, { own: new Map(), known });
      return {
        bundle: written,
        graph,
        known,
        own: new Map(),
        stars: hasStars(found),
        ahead,
        whole,
        same: ahead.size === 0 ? from.bundle : null,
      };
    },
    async follow(from, goal, most = MOST) {
      if (!isThere(from.bundle)) return null;
      const { whole, graph, bundle } = goal;
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
      const changed = { ...from, own: new Map(kept), graph, stars: from.stars || hasStars(found), whole };
      const next = { ...changed, ahead: aheadOf(goal, changed) };
      if (whyNot(graph, modulesWith('awaits', next), modulesWith('enums', next), whole.format) !== null) return null;
      return { ...next, same: kept.length === 0 && next.ahead.size === 0 ? bundle : from.same };
    },
  };
}
