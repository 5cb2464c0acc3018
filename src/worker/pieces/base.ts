import { statSync } from 'node:fs';
import type { PieceFile } from '../../protocol/pieces.js';
import { Loader } from '../ahead/loader.js';
import { eagerly } from '../eager.js';

/** Text of more than this is compiled when it is needed, in bytes: what V8 makes of it would take too much memory. */
const MOST = 24_000_000;

let known: { readonly file: string; readonly pieces: PieceFile } | null = null;

/** There is time to compile each function now. */
export function compileAhead(file: string): void {
  process.setSourceMapsEnabled(true);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (found.size > MOST) readBase(file);
  else eagerly(() => readBase(file));
}

/** Reads and compiles all modules of an app, and runs none. */
export function readBase(file: string): PieceFile {
  if (known?.file === file) return known.pieces;
  // No entry of `require.cache`, which is the app's.
  const base = new Loader(file);
  base.load(file);
  const pieces = base.exports as PieceFile;
  known = { file, pieces };
  // Node drops the source map of a module that is gone.
  kept.push(base);
  return pieces;
}

const kept: unknown[] = [];
