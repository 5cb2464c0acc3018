import { readFileSync } from 'node:fs';
import { dirname, extname } from 'node:path';

import type { Format } from './banner.js';
import { openNearest } from './nearest.js';

/**
 * The module system of an entry, by the rules of node: its extension, then `type` of the nearest package.json.
 * `open` when neither tells: then the syntax of the file does.
 */
export function formatOf(file: string, type: unknown): Format | 'open' {
  switch (extname(file)) {
    case '.mjs':
    case '.mts':
      return 'esm';
    case '.cjs':
    case '.cts':
      return 'cjs';
  }
  if (type === 'module') return 'esm';
  return type === 'commonjs' ? 'cjs' : 'open';
}

/** `type` of the package.json nearest to a file. */
export function typeOf(file: string): unknown {
  const manifest = openNearest(['package.json'])(dirname(file));
  if (manifest === null) return undefined;
  try {
    return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly type?: unknown } | null)?.type;
  } catch {
    // esbuild reports it.
    return undefined;
  }
}
