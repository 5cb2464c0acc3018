import { types } from 'node:util';
import type { Unit } from '../../protocol/ahead.js';
import { cache, type Loaded, parentOf } from './loader.js';
import { isObject, photograph, type Print, reachable } from './photograph.js';

/** What one unit came to. Its modules are held back until the app asks for them. */
export interface Held {
  readonly unit: Unit;
  readonly modules: readonly Module[];
  /** What can be reached from its exports, and from those of modules of other units that it required: what it was then. */
  readonly prints: ReadonlyMap<object, Print>;
  /** It has ES modules, which cannot be evaluated anew. */
  readonly final: boolean;
}

/** One file of it. */
export interface Module {
  readonly file: string;
  readonly loaded: Loaded;
  /** Place in the order of all. */
  readonly at: number;
  /** What it required while it was evaluated. */
  readonly children: string[];
}

let count = 0;

/** The modules that came into the cache beside `before`. */
export function heldOf(unit: Unit, before: ReadonlySet<string>): Held {
  const modules = modulesOf(cachedFiles().filter((file) => !before.has(file)));
  const files = new Set(modules.flatMap(({ file, children }) => [file, ...children]));
  const exported = reachable([...files].map((file) => cache[file]?.exports));
  return {
    unit,
    modules,
    prints: new Map(photograph(exported).map((print) => [print.object, print])),
    final: modules.some(({ loaded }) => isNamespace(loaded) || parentOf(loaded) === null),
  };
}

function modulesOf(files: readonly string[]): Module[] {
  const modules: Module[] = [];
  for (const file of files) {
    const loaded = cache[file] as Loaded;
    const children = loaded.children.flatMap(({ filename }) => filename ?? []);
    // What an ES module imports has no parent, and comes right behind it or behind what it imported before.
    if (parentOf(loaded) === null) modules.at(-1)?.children.push(file);
    modules.push({ file, loaded, at: (count += 1), children });
  }
  return modules;
}

function isNamespace({ exports }: Loaded): boolean {
  return isObject(exports) && types.isModuleNamespaceObject(exports);
}

/** Those that are not held back. */
export function cachedFiles(): string[] {
  return Object.keys(cache);
}
