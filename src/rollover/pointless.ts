import type { Timer } from './events.js';
import type { State } from './state.js';

/** Whether this timer would find nothing to do: what it is for has ended, and ids are never used twice. */
export function isPointless({ generations, workers }: State, timer: Timer): boolean {
  if ('worker' in timer) return !workers.some(({ id }) => id === timer.worker);
  return 'generation' in timer && !generations.some(({ id }) => id === timer.generation);
}
