import { join } from 'node:path';
import { forkEarly, type Early } from '../primary/early.js';
import { CACHE, keptIn } from '../primary/kept-folders.js';
import { environmentOf } from './environment.js';

export type { Early as First };

/** Forks a worker as most runs want it, ahead of the instance, which takes it if it is the one that it wants. */
export function forkFirst(mode: 'dev' | 'start', cwd: string): Early | null {
  const env = environmentOf({ envFiles: [], nodeEnv: mode === 'dev' ? 'development' : 'production' });
  const isForked = mode === 'start' || process.send !== undefined;
  return forkEarly({ cwd, execArgv: [], isForked, debugged: false, idle: false, env });
}

/** Whether runs have left something in this folder that the next one may begin with. */
export function hasKept(cwd: string): boolean {
  return keptIn(join(cwd, CACHE), 'kept-').length > 0;
}
