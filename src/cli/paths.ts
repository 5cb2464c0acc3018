import { isAbsolute, relative } from 'node:path';
import { harmlessName } from './harmless.js';

/** A path as a person would type it from `cwd`; the absolute one where that is shorter. */
export function shownPath(path: string, cwd: string): string {
  if (!isAbsolute(path)) return harmlessName(path);
  const near = relative(cwd, path) || '.';
  return harmlessName(near.length < path.length ? near : path);
}
