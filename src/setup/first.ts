import { forkFirst, hasKept, type First } from '../instance/first.js';
import { startService } from '../build/service.js';
import type { Given } from './given.js';

export type { First };

/**
 * Starts the first worker ahead of everything else. What makes it another process than the one that will be wanted is rare,
 * or (a configuration) not known yet.
 */
export function startFirst(command: 'dev' | 'start', given: Given, cwd: string): First | null {
  const { envFiles, conditions, import: imports, require, inspect } = given;
  const others = [envFiles, conditions, imports, require, inspect];
  return others.every((value) => value === undefined) ? forkFirst(command, cwd) : null;
}

/** Starts esbuild, unless it looks as if the app could start with what the last run has left. */
export function startEsbuild(command: 'dev' | 'start', cwd: string): void {
  if (command === 'start' || !hasKept(cwd)) void startService();
}
