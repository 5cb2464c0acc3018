/**
 * A module of a large app as a function of its own, in the bundle or in the base file that many bundles share: its path,
 * whether it is an ES module, what it links to before it runs, what its specifiers mean, and its body.
 */
export type PieceEntry = readonly [
  path: string,
  isModule: boolean | 'awaits',
  links: readonly PieceLink[],
  targets: Readonly<Record<string, PieceTarget>>,
  passed: Readonly<Record<string, PassedOn>>,
  body: PieceBody,
];

/** An export that is another module's, as that one names it; null: that one as a whole. */
export type PassedOn = readonly [specifier: string, name: string | null];

/** A static import, in the order of the file. `star`: what it exports is exported again. */
export type PieceLink = readonly [specifier: string, star: boolean];

/** What a specifier means: another piece, a file of a package (required, or imported by its URL), a module of node. */
export type PieceTarget = readonly [kind: 'piece' | 'external' | 'import' | 'builtin', name: string];

/**
 * A generator for an ES module, which stands still once its exports are there, and once it has what it imports in hands;
 * with top-level await a function that tells `declare` its exports and gives an asynchronous one; else a function as node's
 * own.
 */
export type PieceBody = (
  this: unknown,
  exports: object,
  require: (specifier: string) => unknown,
  module: { exports: unknown },
  imported: (specifier: string) => unknown,
  early: (specifier: string) => unknown,
  declare: unknown,
) => unknown;

/**
 * Gives all entries of a file, with the names that its modules use free. `later` gets what gives them others, before any
 * module runs.
 */
export type PieceFile = (
  names: Readonly<Record<string, unknown>>,
  later?: (bind: Bind) => void,
) => readonly PieceEntry[];

export type Bind = (names: Readonly<Record<string, unknown>>) => void;

/** What V8 has made of such a file, beside it; any worker may write it, and do without. */
export function compiledOf(file: string): string {
  return `${file}.compiled`;
}

/** A program made of pieces, as its bundle hands it over. */
export interface PieceProgram {
  readonly entry: string;
  /** Node's own module of a CommonJS entry. */
  readonly main: { exports: unknown } | null;
  /** The file with what has not changed. */
  readonly base: string;
  /** What has changed since. */
  readonly own: PieceFile;
  /** Some of it has top-level await. */
  readonly awaits: boolean;
  /** What the bundle's banner declares. */
  readonly names: Readonly<Record<string, unknown>>;
  /** Node's modules as ES modules see them. */
  readonly builtins: Readonly<Record<string, unknown>>;
}

/** Helpers that esbuild writes into every module: here all share one. In the order of their declaration. */
export const HELPERS = [
  '__create',
  '__defProp',
  '__getOwnPropDesc',
  '__getOwnPropNames',
  '__getProtoOf',
  '__hasOwnProp',
  '__name',
  '__export',
  '__copyProps',
  '__reExport',
  '__toESM',
  '__toCommonJS',
] as const;

/** Such a node names all that a CommonJS module exports: `import * as ns` has `ns['module.exports']`. */
export const HAS_WHOLE = Number(process.versions.node.split('.')[0]) >= 23;

/** Parameters of an ES module's body beside those of node: what a static import gives, after the link and before it. */
export const IMPORTED = '__zdrIm';
export const EARLY = '__zdrEarly';
