import type { Timer } from './events.js';
import type { State } from './state.js';

/** Whether this timer would find nothing to do: what it is for has ended, and ids are never used twice. */
export function isPointless({ generations, workers }: State, timer: Timer): boolean {
  if ('worker' in timer) {
    const worker = workers.find(({ id }) => id === timer.worker);
    return worker === undefined || (timer.tag === 'up' && worker.tag !== 'spawned');
  }
  return 'generation' in timer && !generations.some(({ id }) => id === timer.generation);
}
