import { isBuiltin } from 'node:module';
import { dirname, extname, resolve } from 'node:path';

import type { PieceTarget } from '../../protocol/pieces.js';
import { EXTERNAL } from '../externals.js';

/** What a whole build has found out about its modules. */
export interface Graph {
  readonly modules: ReadonlyMap<string, Node>;
  /** Modules of node that somebody imports. */
  readonly builtins: readonly string[];
  /** Modules that somebody asks for by something else than a static import. */
  readonly late: ReadonlySet<string>;
}

export interface Node {
  readonly isModule: boolean;
  /** By the specifier of the import. What is not in here is left to `require`. */
  readonly targets: Readonly<Record<string, PieceTarget>>;
}

/** As much of esbuild's metafile as is needed here. */
export type Inputs = Readonly<
  Record<
    string,
    {
      readonly format?: 'esm' | 'cjs';
      readonly imports: readonly {
        readonly path: string;
        readonly kind: string;
        readonly external?: boolean;
        readonly original?: string;
        readonly with?: Readonly<Record<string, string>>;
      }[];
    }
  >
>;

const CODE = new Set(['.js', '.mjs', '.cjs', '.jsx', '.ts', '.mts', '.cts', '.tsx', '.json']);

/**
 * A text: why the program cannot be given in pieces. `base`: what the inputs' names are relative to. `asked`: the
 * specifiers by which a file of this folder imports packages with `import()`, and where those are.
 */
export function graphOf(
  inputs: Inputs,
  base: string,
  asked: (folder: string) => ReadonlyMap<string, string>,
): Graph | string {
  const modules = new Map<string, Node>();
  const builtins = new Set<string>();
  const late = new Set<string>();
  for (const [input, { format, imports }] of Object.entries(inputs)) {
    const name = withoutAttributes(input);
    if (name.startsWith(`${EXTERNAL}:`)) continue;
    const path = resolve(base, name);
    if (/^[\w-]{2,}:/.test(name) || !CODE.has(extname(path))) return `${name} is no module of JavaScript`;
    const targets = new Map<string, PieceTarget>();
    const required = new Set<string>();
    for (const { path: found, kind, external = false, original = found, with: attributes } of imports) {
      const to = withoutAttributes(found);

      if (attributes !== undefined && attributes['type'] !== 'json') return `${name} imports with attributes`;
      if (/^(?:file|data):/.test(to)) {
        if (kind === 'dynamic-import') continue;
        return `${name} imports ${to}`;
      }
      const target = targetOf(to, external, base);
      if (target === null) continue;
      // `require` gives another thing than `import`: it is left to node.
      if (target[0] === 'builtin' && kind === 'require-call') {
        required.add(original);
        continue;
      }
      const before = targets.get(original);
      if (before !== undefined && before.join() !== target.join()) return `${name} has two ${original}`;
      targets.set(original, target);
      if (target[0] === 'builtin') builtins.add(target[1]);
      if (target[0] === 'piece' && kind !== 'import-statement') late.add(target[1]);
    }
    for (const specifier of required) if (targets.has(specifier)) return `${name} has two ${specifier}`;
    for (const [specifier, url] of asked(dirname(path))) {
      if (!imports.some((entry) => entry.path === url)) continue;
      if (targets.has(specifier)) return `${name} has two ${specifier}`;
      targets.set(specifier, ['import', url]);
    }
    // JSON that is imported with attributes is one to esbuild.
    modules.set(path, { isModule: format === 'esm' && !path.endsWith('.json'), targets: Object.fromEntries(targets) });
  }
  return { modules, builtins: [...builtins].sort(), late };
}

/** JSON that is imported with attributes is an input of its own, beside the same without. */
export function withoutAttributes(name: string): string {
  return name.replace(/\.json with \{ type: 'json' \}$/, '.json');
}

function targetOf(path: string, external: boolean, base: string): PieceTarget | null {
  if (path.startsWith(`${EXTERNAL}:`)) return ['external', path.slice(EXTERNAL.length + 1, -'.cjs'.length)];
  if (!external) return ['piece', resolve(base, path)];
  return isBuiltin(path) ? ['builtin', path] : null;
}
