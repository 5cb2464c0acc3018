import { isAbsolute, relative } from 'node:path';

/** A path as a person would type it from `cwd`; the absolute one where that is shorter. Not made harmless yet. */
export function shownPath(path: string, cwd: string): string {
  if (!isAbsolute(path)) return path;
  const near = relative(cwd, path) || '.';
  return near.length < path.length ? near : path;
}
