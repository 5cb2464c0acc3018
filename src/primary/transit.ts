import type { Key, ToWorker } from '../protocol/messages.js';
import type { Handle } from './workers.js';

interface Moving {
  readonly id: number;
  readonly key: Key;
  readonly served: boolean;
  readonly handle: Handle;
  /** Who is to take it; null while nobody can. */
  worker: number | null;
}

/**
 * Open connections on their way from an old worker to a new one. The primary keeps its copy until the new worker has
 * said that it has the connection: what is only in transit is not lost with either of them.
 */
export interface Transit {
  move(key: Key, served: boolean, handle: Handle): void;
  took(id: number): void;
  /** What it had not taken goes to another. */
  gone(worker: number): void;
  /** There may be somebody now for what waits. */
  flush(): void;
  close(): void;
}

export function openTransit(
  send: (worker: number, message: ToWorker, handle?: Handle) => void,
  /** The workers that connections are to go to now. */
  targets: () => readonly number[],
): Transit {
  const moving = new Map<number, Moving>();
  let last = 0;
  const forward = (entry: Moving): void => {
    const workers = targets();
    const worker = workers[entry.id % workers.length];
    entry.worker = worker ?? null;
    if (worker === undefined) return;
    send(worker, { tag: 'take', id: entry.id, key: entry.key, served: entry.served }, entry.handle);
  };
  return {
    move(key, served, handle) {
      last += 1;
      const entry: Moving = { id: last, key, served, handle, worker: null };
      moving.set(entry.id, entry);
      forward(entry);
    },
    took(id) {
      moving.get(id)?.handle.close();
      moving.delete(id);
    },
    gone(worker) {
      for (const entry of moving.values()) if (entry.worker === worker) forward(entry);
    },
    flush() {
      for (const entry of moving.values()) if (entry.worker === null) forward(entry);
    },
    close() {
      for (const { handle } of moving.values()) handle.close();
      moving.clear();
    },
  };
}
