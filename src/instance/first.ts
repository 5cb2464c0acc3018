import { forkEarly, type Early } from '../primary/early.js';
import { environmentOf } from './environment.js';

export type { Early as First };

/** Forks a worker as most runs want it, ahead of the instance, which takes it if it is the one that it wants. */
export function forkFirst(mode: 'dev' | 'start', cwd: string): Early | null {
  const env = environmentOf({ envFiles: [], nodeEnv: mode === 'dev' ? 'development' : 'production' });
  const isForked = mode === 'start' || process.send !== undefined;
  return forkEarly({ cwd, execArgv: [], isForked, debugged: false, idle: false, env });
}
