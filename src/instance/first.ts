import { forkEarly } from '../primary/early.js';

/** Forks a worker as most runs want it, ahead of the instance that takes it if it is the one that it wants. */
export function forkFirst(mode: 'dev' | 'start', cwd: string): void {
  const nodeEnv = process.env['NODE_ENV'] ?? (mode === 'dev' ? 'development' : 'production');
  const isForked = mode === 'start' || process.send !== undefined;
  forkEarly({ cwd, execArgv: [], isForked, debugged: false, env: { NODE_ENV: nodeEnv } });
}
