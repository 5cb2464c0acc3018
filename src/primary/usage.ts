import { clock } from '../protocol/clock.js';
import type { ToWorker } from '../protocol/messages.js';
import type { Usage } from '../status.js';

/** Asks workers what they do. One that does not answer in time is not waited for. */
export interface Usages {
  /** By worker; null for those that did not answer in {@link PATIENCE}. */
  ask(workers: readonly number[]): Promise<ReadonlyMap<number, Usage | null>>;
  answered(worker: number, usage: Usage): void;
  gone(worker: number): void;
}

/** How long a worker may take, in ms. */
const PATIENCE = 500;

export function openUsages(send: (worker: number, message: ToWorker) => void): Usages {
  const waiting = new Map<number, Set<(usage: Usage | null) => void>>();
  const tell = (worker: number, usage: Usage | null): void => {
    const listeners = waiting.get(worker) ?? [];
    waiting.delete(worker);
    for (const listener of listeners) listener(usage);
  };
  const askOne = (worker: number): Promise<Usage | null> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => listener(null), PATIENCE);
      const listeners = waiting.get(worker) ?? new Set();
      const listener = (usage: Usage | null): void => {
        clearTimeout(timer);
        listeners.delete(listener);
        resolve(usage);
      };
      // Who is asked already answers all that ask.
      if (listeners.size === 0) send(worker, { tag: 'usage', sent: clock() });
      listeners.add(listener);
      waiting.set(worker, listeners);
    });
  return {
    ask: async (workers) =>
      new Map(await Promise.all(workers.map(async (worker) => [worker, await askOne(worker)] as const))),
    answered: tell,
    gone: (worker) => tell(worker, null),
  };
}
