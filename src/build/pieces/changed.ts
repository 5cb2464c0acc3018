import type { Compiled } from './compile.js';
import { type Base, type Entry, type Known, modulesWith, pieceOf } from './known.js';
import { findsAll, lacks, widened } from './widen.js';

/** The program with these modules; null where that is not all that changes. */
export function changedBy(from: Base, compiled: readonly Compiled[]): Base | null {
  const own = new Map(from.own);
  const modules = new Map(from.graph.modules);
  const before = (path: string): Known | undefined => from.own.get(path)?.known ?? from.known.get(path);
  const entries: Entry[] = [];
  for (const module of compiled) {
    const { path, asks } = module;
    if (from.ahead.has(path)) return null;
    const old = before(path);
    const node = old === undefined ? null : widened(path, asks, old.asks, from.graph);
    if (old === undefined || node === null) return null;
    const entry = pieceOf(module, node);
    entries.push(entry);
    modules.set(path, node);
    if (from.known.get(path)?.hash === entry.known.hash) own.delete(path);
    else own.set(path, entry);
  }
  const isDelicate = modulesWith('awaits', from).size + modulesWith('enums', from).size > 0;
  const exportsOf = (path: string) =>
    modules.get(path)?.isModule === true ? ((own.get(path)?.known ?? from.known.get(path))?.exports ?? null) : null;
  for (const { piece, known } of entries) {
    const old = before(piece.path);
    if (old === undefined || !keeps(old, known, from.stars)) return null;
    // It may be in the other syntax now.
    if (old.shows !== known.shows || old.awaits !== known.awaits || (known.enums && !old.enums)) return null;
    // A name may have been that of a type until now, which nobody looks for.
    if (lacks(piece, exportsOf)) return null;
    const asBefore = old.signature === known.signature && old.asks.join() === known.asks.join();
    // One that has no exports, or had no imports, may have been in another syntax.
    if (!asBefore && (!known.shows || old.links === 0 || isDelicate || !findsAll(piece, exportsOf))) return null;
  }
  return { ...from, own, graph: { ...from.graph, modules } };
}

/** Whether all that is imported from a module is still there. With `stars` a further name may be another one's. */
function keeps(before: Known, now: Known, stars: boolean): boolean {
  if (before.exports === null || now.exports === null || stars)
    return before.exports?.join() === now.exports?.join() && before.signature === now.signature;
  return before.exports.every((name) => now.exports?.includes(name));
}
