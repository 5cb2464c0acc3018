import { resolve } from 'node:path';

import { type BuildFailure, isFailure } from '../esbuild.js';
import { isAwait } from './compile.js';
import type { Graph } from './graph.js';

/** Why a base could not be made. */
export interface Unfit {
  readonly reason: string;
  /** The contents of which it could not: another one of one of them may do. None: it has no place. */
  readonly hashes: ReadonlyMap<string, string | undefined>;
  /** Whether it could not of this program. */
  readonly holds: (graph: Graph) => boolean;
}

/** Of a module. */
export class UnfitModule extends Error {
  readonly file: string;

  constructor(reason: string, file: string) {
    super(reason);
    this.file = file;
  }
}

export function reasonOf(error: unknown): string {
  if (isFailure(error) && error.errors.every(isAwait)) return 'top-level await';
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0] ?? '';
}

/** The file that is to blame, if there is one, and what it has in it. */
export function placeOf(
  error: unknown,
  cwd: string,
  hash: (path: string) => string | undefined,
): ReadonlyMap<string, string | undefined> {
  const [first] = (error as Partial<BuildFailure>).errors ?? [];
  const named = first?.location == null ? null : resolve(cwd, first.location.file);
  const file = error instanceof UnfitModule ? error.file : named;
  return new Map(file === null ? [] : [[file, hash(file)]]);
}
