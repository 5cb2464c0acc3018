import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { compileFunction, constants } from 'node:vm';
import { compiledOf, type PieceFile } from '../../protocol/pieces.js';
import { Loader } from '../ahead/loader.js';
import { eagerly } from '../eager.js';

/** Text of more than this is compiled when it is needed, in characters: what V8 makes of it would take too much memory. */
const MOST = 24_000_000;

let known: { readonly file: string; readonly pieces: PieceFile } | null = null;

/**
 * There is time to compile each function now. What V8 makes of a base is kept beside it, so the next standby has it in a
 * tenth of the time. Null: there is no such base any more, or it is too large for more than to be read.
 */
export function compileAhead(file: string): PieceFile | null {
  process.setSourceMapsEnabled(true);
  const text = textOf(file);
  if (text === null) return null;
  if (text.length <= MOST) return eagerly(() => compile(file, text, true));
  compile(file, text);
  return null;
}

/** Reads and compiles all modules of an app, and runs none. */
export function readBase(file: string): PieceFile {
  return known?.file === file ? known.pieces : compile(file, readFileSync(file, 'utf8'));
}

/** A save may remove the base at any moment: to look first whether it is there would be too early. */
function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** `keep`: what it is compiled to is to be kept. */
function compile(file: string, text: string, keep = false): PieceFile {
  followMap(file);
  const cachedData = bytesIn(compiledOf(file));
  const compiled = compileFunction(text, ['module'], {
    filename: file,
    ...(cachedData === undefined ? { produceCachedData: keep } : { cachedData }),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }) as ((module: { exports: unknown }) => void) & { readonly cachedData?: Buffer };
  if (compiled.cachedData !== undefined) keepCompiled(file, compiled.cachedData);
  const base = { exports: null as unknown };
  compiled(base);
  const pieces = base.exports as PieceFile;
  known = { file, pieces };
  return pieces;
}

/** Node takes note of a source map where its own loader compiles a file: one with nothing else in it, and in no cache. */
function followMap(file: string): void {
  const module = new Loader(file);
  module._compile(`//# sourceMappingURL=${basename(file)}.map`, file);
  // Node drops the source map of a module that is gone.
  kept.push(module);
}

const kept: unknown[] = [];

function bytesIn(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** In one step, since others may read it just now. It costs time where it cannot be kept, and nothing else. */
function keepCompiled(file: string, bytes: Buffer): void {
  const target = compiledOf(file);
  const written = `${target}.${process.pid}`;
  try {
    writeFileSync(written, bytes);
    renameSync(written, target);
  } catch {
    rmSync(written, { force: true });
  }
  // The base may have been removed meanwhile, and this with it.
  if (!existsSync(file)) rmSync(target, { force: true });
}
