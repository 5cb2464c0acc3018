import { join } from 'node:path';

import { bannerOf, type Format } from './banner.js';
import type { Bundles } from './bundles.js';
import type { BuildOptions, Loader, Plugin } from './esbuild.js';
import { DEFINE } from './rewrite.js';

export interface BuilderOptions {
  /** Absolute. It may be missing: then the build fails until it is there. */
  readonly entry: string;
  /** The folder of the nearest package.json, else the entry's. */
  readonly root: string;
  /** Messages name files relative to it. */
  readonly cwd: string;
  /** Where bundles go. Whoever opened it closes it, after the builder. */
  readonly bundles: Bundles;
  readonly conditions?: readonly string[];
  /** Absolute; in place of the nearest tsconfig.json of each file. */
  readonly tsconfig?: string;
  /** Absolute; they need not exist. */
  readonly envFiles: readonly string[];
  readonly terminalWidth?: number;
  /** Bundles tell when their modules are evaluated. */
  readonly timing?: boolean;
  /**
   * The bundle of a thread or a child: it tells from the start which modules it has evaluated, for those that come later.
   */
  readonly sharing?: boolean;
  /** Edits are built module by module, see `pieces`. */
  readonly inPieces?: boolean;
  /** There is a file that standbys can compile ahead, see `pieces`. */
  readonly onBase?: (file: string, large: boolean) => void;
  /** What a configuration adds. */
  readonly extra?: BuildExtra;
}

/** esbuild's own options that a project can set: what no file of the project says. */
export interface BuildExtra {
  /** They come before zdr's own. */
  readonly plugins: readonly Plugin[];
  /** By extension, with the dot. */
  readonly loader: Readonly<Record<string, Loader>>;
  /** By identifier: JSON, or another identifier. */
  readonly define: Readonly<Record<string, string>>;
}

/** What esbuild is told, but for entry and plugins: a bundle that behaves as its files would under node. */
export function settingsFor(format: Format, options: BuilderOptions) {
  return {
    absWorkingDir: options.cwd,
    outdir: options.bundles.folder,
    outExtension: { '.js': format === 'esm' ? '.mjs' : '.cjs' },
    bundle: true,
    write: false,
    metafile: true,
    format,
    platform: 'node',
    target: `node${process.versions.node}`,
    // Without a list esbuild adds 'module', which node does not know.
    conditions: ['node-addons', 'module-sync', ...(options.conditions ?? [])],
    mainFields: ['main'],
    sourcemap: 'external',
    sourcesContent: false,
    keepNames: true,
    charset: 'utf8',
    legalComments: 'none',
    // `sideEffects: false` is a word to bundlers: node runs every module that is imported.
    ignoreAnnotations: true,
    logLevel: 'silent',
    // What node finds out when it runs, and an interface in metadata.
    logOverride: { 'import-is-undefined': 'silent', 'assign-to-import': 'silent' },
    loader: { ...options.extra?.loader },
    define: { ...options.extra?.define, ...DEFINE },
    banner: { js: bannerOf(format, join(options.root, 'node_modules', '.zdr.cjs'), options.timing === true) },
    ...(options.tsconfig === undefined ? {} : { tsconfig: options.tsconfig }),
  } satisfies BuildOptions;
}

/** The same for modules that are built each by itself. */
export function eachOf({
  conditions: _conditions,
  mainFields: _fields,
  outExtension: _ends,
  ...settings
}: ReturnType<typeof settingsFor>) {
  return {
    ...settings,
    bundle: false,
    banner: {},
    // `import()` of a name goes the way of `require`.
    supported: { 'dynamic-import': false },
  } satisfies BuildOptions;
}
