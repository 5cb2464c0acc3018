import type { PieceEntry } from '../../protocol/pieces.js';
import type { Exporting } from './exports.js';
import type { Helpers } from './helpers.js';

export type State =
  /** `body`: its own exports are declared already. */
  | { readonly tag: 'new'; readonly body: Iterator<unknown> | null }
  /** Its exports are there; an ES module stands before its first statement. */
  | { readonly tag: 'linked'; readonly body: Iterator<unknown> | null }
  | { readonly tag: 'evaluating'; readonly body: Iterator<unknown> | null }
  | { readonly tag: 'done' }
  | { readonly tag: 'failed'; readonly error: unknown };

/** Node's `module`, as far as the app has it. */
export interface Own {
  exports: unknown;
}

export interface Module extends Exporting {
  readonly entry: PieceEntry;
  readonly path: string;
  readonly isModule: boolean;
  readonly links: PieceEntry[2];
  readonly targets: PieceEntry[3];
  readonly run: PieceEntry[5];
  /** It has top-level await. */
  readonly awaits: boolean;
  readonly own: Own;
  state: State;
}

export function moduleOf(
  entry: PieceEntry,
  own: Own | undefined,
  helpers: Helpers,
  find: (path: string) => Module | null,
): Module {
  const [path, isModule, links, targets, passed, run] = entry;
  // V8 finds it one in what stands before it, once it has compiled it ahead, and shows that in traces.
  Object.defineProperty(run, 'name', { value: '' });
  const exports: object = isModule !== false ? (Object.create(null) as object) : {};
  return {
    entry,
    path,
    isModule: isModule !== false,
    links,
    targets,
    passed,
    run,
    awaits: isModule === 'awaits',
    own: own ?? { exports },
    state: { tag: 'new', body: null },
    names: () => helpers.declared(exports)?.keys() ?? Object.keys(exports),
    has: (name) => helpers.declared(exports)?.has(name) ?? Object.hasOwn(exports, name),
    to(specifier) {
      const target = targets[specifier];
      return target?.[0] === 'piece' ? find(target[1]) : null;
    },
  };
}

export function takesFromOthers({ links, passed }: Module): boolean {
  for (const _ in passed) return true;
  return links.some(([, star]) => star);
}
