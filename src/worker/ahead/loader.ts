import module from 'node:module';
import { basename, dirname, sep } from 'node:path';

/** A module of node's CommonJS loader. */
export interface Loaded {
  id: string;
  filename: string | null;
  paths: string[];
  exports: unknown;
  readonly loaded: boolean;
  readonly children: Loaded[];
  readonly parent?: Loaded | null | undefined;
  load(file: string): void;
  _compile(text: string, file: string): unknown;
}

interface Loader {
  new (id: string, parent?: Loaded): Loaded;
  readonly _cache: Record<string, Loaded | undefined>;
  _load(file: string, parent: Loaded | null, isMain: boolean): unknown;
  _nodeModulePaths(folder: string): string[];
}

/** The parts of node's CommonJS loader that are public by use: `require.cache`, and a `require` with a given parent. */
export const Loader = module as unknown as Loader;

/** As node sees it before the app runs: what the app puts in its place is the app's. */
export const cache = Loader._cache;
const load = Loader._load.bind(Loader);

const strangers = new Map<string, Loaded>();

export function isPackaged(file: string): boolean {
  return file.includes(`${sep}node_modules${sep}`);
}

/** Folder of the package that a file belongs to, with the separator at its end. */
export function packageOf(file: string): string {
  const [, folder] = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+[\\/])/.exec(file) ?? [];
  return folder ?? file;
}

/** Evaluates a file as if `parent` had required it. False: its parent is a package that was not evaluated. */
export function requireAs(file: string, parent: string): boolean {
  const by = cache[parent] ?? stranger(parent);
  if (by === null) return false;
  load(file, by, false);
  return true;
}

/** What `createRequire(path)` requires for: a module that is not loaded itself. */
function stranger(path: string): Loaded | null {
  if (isPackaged(path) && basename(path) !== '.zdr.cjs') return null;
  let known = strangers.get(path);
  if (known === undefined) {
    known = new Loader(path);
    known.filename = path;
    known.paths = Loader._nodeModulePaths(dirname(path));
    strangers.set(path, known);
  }
  return known;
}

/**
 * What runs a CommonJS bundle as the main module. `main` is what packages that were evaluated ahead have as
 * `require.main`. A bound function: it has no frame in a stack trace.
 */
export function mainLoader(file: string, main: Loaded | null): () => unknown {
  if (main === null) return load.bind(null, file, null, true);
  main.id = '.';
  cache[file] = main;
  return main.load.bind(main, file);
}

/** The parent of a module, without the warning that node has for those who ask. */
export function parentOf(loaded: Loaded): string | null {
  const silent = process.noDeprecation;
  process.noDeprecation = true;
  try {
    return loaded.parent?.filename ?? null;
  } finally {
    if (silent === undefined) Reflect.deleteProperty(process, 'noDeprecation');
    else process.noDeprecation = silent;
  }
}
