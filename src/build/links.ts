import { lstatSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';

import { upward } from './nearest.js';

/** Of esbuild's metafile. */
type Inputs = Readonly<
  Record<string, { readonly imports: readonly { readonly path: string; readonly original?: string }[] }>
>;

const CODE = /\.[cm]?[jt]sx?$/;

/**
 * The symbolic links that relative imports went through: esbuild resolves them by itself and names what they lead to. With
 * another target it is another program.
 */
export function linksIn(inputs: Inputs, cwd: string): ReadonlySet<string> {
  const links = new Set<string>();
  for (const [file, { imports }] of Object.entries(inputs)) {
    for (const { path, original } of imports) {
      if (original === undefined || !original.startsWith('.')) continue;
      const asked = join(dirname(resolve(cwd, file)), original);
      const real = resolve(cwd, path);
      if (real.startsWith(asked.replace(CODE, ''))) continue;
      for (const part of [asked + extname(real), ...upward(asked)]) if (isLink(part)) links.add(part);
    }
  }
  return links;
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}
