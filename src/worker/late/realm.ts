import { realpathSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Answer, REALM } from '../../protocol/late.js';
import { HAS_WHOLE, type PieceProgram } from '../../protocol/pieces.js';
import { isModulePiece, start } from '../pieces/program.js';
import { ask, askNow } from './ask.js';
import { sourceAt } from './locate.js';
import { showSources } from './traces.js';
import { CODE } from '../../code.js';

/** What a bundle reaches by `process[REALM]`: the modules that this process or thread has, and the way to more. */
interface Realm {
  /** A module begins to be evaluated: this gives its exports. `isModule`: they are those of an ES module. */
  share(file: string, exports: () => unknown, isModule: boolean): void;
  /** The exports of a module that was shared. */
  shared(file: string): unknown;
  /** Whether this is the namespace of a module that was shared. */
  isShared(value: unknown): boolean;
  /** The source file that a specifier means by the `paths` of a tsconfig; null: none. */
  named(specifier: string, paths: Paths): string | null;
  /** `import()` of a URL whose file was not known when the bundle was built. */
  load(url: string, options?: ImportCallOptions): Promise<unknown>;
  /** Runs a program that is given in pieces. */
  run(program: PieceProgram): unknown;
}

type Paths = readonly (readonly [pattern: string, targets: readonly string[]])[];

interface Place {
  /** The folder of the run. */
  readonly folder: string;
  /** The source file that this process or thread began with. */
  readonly entry: string;
  /** The bundle does not tell what it has evaluated. Does not return when there is a better one to be had. */
  readonly onAlone: () => void;
}

interface Shared {
  readonly exports: () => unknown;
  readonly isModule: boolean;
}

/** Where zdr itself is, and where its bundles are. */
const OURS = [fileURLToPath(CODE)];

type Built = Extract<Answer, { tag: 'built' }>;

let place: Place | null = null;
const modules = new Map<string, Shared>();
const namespaces = new WeakSet<object>();
const pending = new Map<string, Promise<unknown>>();
/** One asks after the other: what the one before brought along is known by then. */
let turn: Promise<void> = Promise.resolve();
const beginning = new Set<() => void>();

const realm: Realm = {
  share(file, exports, isModule) {
    modules.set(file, { exports, isModule });
    if (isModule) namespaces.add(exports() as object);
    for (const begun of beginning) begun();
  },
  shared: (file) => modules.get(file)?.exports(),
  isShared: (value) => typeof value === 'object' && value !== null && namespaces.has(value),
  named(specifier, paths) {
    if (/^(?:\.{0,2}\/|\w+:)/.test(specifier) || isBuiltin(specifier)) return null;
    // Of several patterns the one that says most.
    const fits = paths.flatMap(([pattern, targets]) => {
      const [head = '', tail] = pattern.split('*');
      if (tail === undefined) return pattern === specifier ? [{ says: Infinity, files: targets }] : [];
      if (!specifier.startsWith(head) || !specifier.endsWith(tail)) return [];
      const middle = specifier.slice(head.length, specifier.length - tail.length);
      return [{ says: head.length, files: targets.map((target) => target.replace('*', () => middle)) }];
    });
    const files = fits.sort((a, b) => b.says - a.says).flatMap((fit) => fit.files);
    return files.map(sourceFor).find((file) => file !== null) ?? null;
  },
  load(url, options) {
    const file = options?.with !== undefined || /[?#]/.test(url) ? null : sourceFor(url);
    return file === null ? import(url, options) : loadSource(file);
  },
  run: (program) => start(program, realm.isShared),
};

/** From here on source files that no bundle has are got from the primary. */
export function openRealm(where: Place): void {
  place = where;
  OURS.push(realpathSync(where.folder));
  showSources(isModulePiece);
  Object.defineProperty(process, Symbol.for(REALM), { value: realm, configurable: true });
}

/** {@link sourceAt}, when there is a realm, and the file is none of ours. */
export function sourceFor(where: string | URL): string | null {
  const file = place === null ? null : sourceAt(where);
  return file === null || place === null || isOurs(file) ? null : file;
}

/** Part of zdr, or one of its bundles. */
export function isOurs(file: string): boolean {
  return OURS.some((folder) => file.startsWith(folder));
}

/** A bundle for a thread or a child that begins with `entry`, or null when it cannot be built. */
export function buildRealm(entry: string): string | null {
  if (place === null) return null;
  const answer = askNow(place.folder, { realm: entry, file: null, known: [] });
  return answer.tag === 'built' ? answer.file : null;
}

/** The exports of a source file that this realm has evaluated, or begun to. */
export function exportsOf(file: string): Shared | undefined {
  return modules.get(file);
}

/** Where a source file and what it imports has to be loaded from. Nothing else runs in this thread meanwhile. */
export function builtNow(file: string): Built {
  const { folder, question } = questionFor(file);
  return checked(askNow(folder, question));
}

/** `import()` of a source file. */
export async function loadSource(file: string): Promise<unknown> {
  const shared = modules.get(file);
  if (shared !== undefined) return namespaceOf(shared);
  let loading = pending.get(file);
  if (loading === undefined) {
    loading = evaluate(file);
    pending.set(file, loading);
    // The next build may go well.
    loading.catch(() => pending.delete(file));
  }
  return loading;
}

async function evaluate(file: string): Promise<unknown> {
  const before = turn;
  let begun = (): void => {};
  turn = new Promise((resolve) => {
    begun = resolve;
  });
  await before;
  try {
    const known = modules.get(file);
    if (known !== undefined) return namespaceOf(known);
    const { folder, question } = questionFor(file);
    const built = checked(await ask(folder, question));
    beginning.add(begun);
    const namespace: unknown = await import(pathToFileURL(built.file).href);
    const shared = modules.get(file);
    return shared === undefined ? namespace : namespaceOf(shared);
  } finally {
    beginning.delete(begun);
    begun();
  }
}

function questionFor(file: string) {
  if (place === null) throw new Error('no realm');
  return { folder: place.folder, question: { realm: place.entry, file, known: [...modules.keys()] } };
}

function checked(answer: Answer): Built {
  if (answer.tag === 'failed') throw new SyntaxError(answer.message);
  if (answer.alone) place?.onAlone();
  return answer;
}

/** As node shows a CommonJS module to `import`. */
function namespaceOf({ exports, isModule }: Shared): unknown {
  const value = exports();
  if (isModule) return value;
  const names = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.assign(Object.create(null), Object.fromEntries(names), {
    default: value,
    ...(HAS_WHOLE ? { 'module.exports': value } : {}),
  });
}
