import { shownPath as shown } from '../setup/paths.js';
import { harmlessName } from './harmless.js';

/** A path as a person would type it from `cwd`, fit for a terminal. */
export function shownPath(path: string, cwd: string): string {
  return harmlessName(shown(path, cwd));
}
