import { isBuiltin } from 'node:module';
import { dirname, extname, resolve } from 'node:path';

import type { PieceTarget } from '../../protocol/pieces.js';
import type { Graph, Node } from './graph.js';
import type { Piece } from './program.js';

const RELATIVE = /^\.{1,2}\//;
/** Here esbuild leaves out imports that nobody uses; elsewhere such an import can be an error that no piece shows. */
const TYPED = new Set(['.ts', '.mts', '.cts', '.tsx']);

/**
 * The module with imports that it did not have: of other modules of the program by their whole names, and of modules of
 * node. Null: a whole build has to find what they mean.
 */
export function widened(path: string, asks: readonly string[], before: readonly string[], graph: Graph): Node | null {
  const node = graph.modules.get(path);
  if (node === undefined || !before.every((specifier) => asks.includes(specifier))) return null;
  const targets: Record<string, PieceTarget> = { ...node.targets };
  for (const specifier of asks) {
    if (before.includes(specifier)) continue;
    // What `require` gives is left to node.
    if (!node.isModule && isBuiltin(specifier)) continue;
    const target = targetOf(path, specifier, graph);
    if (target === null) return null;
    targets[specifier] = target;
  }
  return { ...node, targets };
}

function targetOf(path: string, specifier: string, { modules, builtins }: Graph): PieceTarget | null {
  if (isBuiltin(specifier)) return builtins.includes(specifier) ? ['builtin', specifier] : null;
  if (!RELATIVE.test(specifier)) return null;
  const file = resolve(dirname(path), specifier);
  return modules.has(file) ? ['piece', file] : null;
}

/** Whether each name that this module takes from other ones is there; `exportsOf`: null where that cannot be told. */
export function findsAll(piece: Piece, exportsOf: (path: string) => readonly string[] | null): boolean {
  if (!TYPED.has(extname(piece.path)) || piece.links.some(([, star]) => star)) return false;
  return uses(piece, (names, used) => names !== null && used !== null && names.includes(used), exportsOf);
}

/** Whether a name that it takes from another one is surely not there. */
export function lacks(piece: Piece, exportsOf: (path: string) => readonly string[] | null): boolean {
  return !uses(piece, (names, used) => names === null || used === null || names.includes(used), exportsOf);
}

/** `is` for each use of an import of another module: what that one exports by name, and the name; null: not a plain one. */
function uses(
  { variables, targets, code }: Piece,
  is: (names: readonly string[] | null, used: string | null) => boolean,
  exportsOf: (path: string) => readonly string[] | null,
): boolean {
  return [...variables].every(([variable, specifier]) => {
    const target = targets[specifier];
    if (target?.[0] !== 'piece') return true;
    const names = exportsOf(target[1]);
    const found = code.matchAll(new RegExp(`(?<![\\w$.])${variable.replaceAll('$', '\\$')}(\\.[\\w$]+|\\[)`, 'g'));
    return [...found].every(([, how = '']) => is(names, how === '[' ? null : how.slice(1)));
  });
}
