import type { Parts } from './parts.js';

/**
 * Stops the workers, which lead sessions of their own and get no signal from the terminal, and then this process. Ports
 * stay bound, so clients wait; deadlines wait too. Returns when somebody sends SIGCONT.
 */
export function suspend({ options, workers, timers }: Pick<Parts, 'options' | 'workers' | 'timers'>): void {
  if (process.platform === 'win32') return;
  options.onEvent({ type: 'suspended' });
  workers.signalAll('SIGSTOP');
  const since = performance.now();
  // The next line runs when this process goes on.
  process.kill(process.pid, 'SIGSTOP');
  const ms = performance.now() - since;
  timers.skip(ms);
  workers.signalAll('SIGCONT');
  options.onEvent({ type: 'continued', ms });
}
