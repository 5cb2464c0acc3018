import { join } from 'node:path';

import { bannerOf, type Format } from './banner.js';
import type { BuilderOptions } from './builder.js';
import type { BuildOptions } from './esbuild.js';
import { DEFINE } from './rewrite.js';

/** What every build of esbuild gets, whatever it builds. */
export function settingsOf(options: BuilderOptions): BuildOptions & { readonly write: false; readonly metafile: true } {
  return {
    absWorkingDir: options.cwd,
    outdir: options.outdir,
    write: false,
    metafile: true,
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
    define: { ...DEFINE },
    ...(options.tsconfig === undefined ? {} : { tsconfig: options.tsconfig }),
  };
}

/** The first line of what is built. */
export function bannerFor(options: BuilderOptions, format: Format): string {
  return bannerOf(format, join(options.root, 'node_modules', '.zdr.cjs'), options.timing === true);
}
