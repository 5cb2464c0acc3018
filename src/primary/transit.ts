import type { Key, Past, Peer, ToPrimary, ToWorker } from '../protocol/messages.js';
import type { Handle } from './workers.js';

interface Moving {
  readonly id: number;
  readonly key: Key;
  readonly past: Past | null;
  readonly peer: Peer | null;
  readonly handle: Handle;
  /** Who is to take it; null while nobody can. */
  worker: number | null;
}

/**
 * Open connections on their way from an old worker to a new one. The primary keeps its copy until the new worker has
 * said that it has the connection: what is only in transit is not lost with either of them.
 */
export interface Transit {
  /** `worker` gives one away, and keeps its copy until it hears that it has arrived. */
  move(worker: number, message: Extract<ToPrimary, { tag: 'move' }>, handle: Handle): void;
  took(id: number): void;
  /** A worker has got so many in all. The others learn what is fair. */
  accepted(worker: number, total: number): void;
  /** What it had not taken goes to another. */
  gone(worker: number): void;
  /** There may be somebody now for what waits. */
  flush(): void;
  close(): void;
}

/**
 * So many are on their way to a worker at once. Its channel takes one handle after the other, and what is sent behind
 * them waits: a `cut` behind a thousand connections would come too late.
 */
const AHEAD = 8;

/** With more than this here, the old workers keep what they have: descriptors are few on some systems. */
const FULL = 256;

/** How long a worker that has no descriptor left is not tried again, in ms. */
const PAUSE = 100;

export function openTransit(
  send: (worker: number, message: ToWorker, handle?: Handle, refused?: () => void) => void,
  /** The workers that connections are to go to now. */
  targets: () => readonly number[],
): Transit {
  const moving = new Map<number, Moving>();
  /** Without a worker yet, in the order in which they came. */
  const waiting = new Set<Moving>();
  /** Sent to a worker that has not said that it took them. At most {@link AHEAD} for each. */
  const underWay = new Set<Moving>();
  /** How many each worker has got, by its own count and by what it was sent since. */
  const given = new Map<number, number>();
  /** What has arrived and was not confirmed: those who gave it away send no more meanwhile. */
  const unanswered: { readonly worker: number; readonly id: number }[] = [];
  const answer = (): void => {
    while (moving.size <= FULL) {
      const next = unanswered.shift();
      if (next === undefined) return;
      send(next.worker, { tag: 'got', id: next.id });
    }
  };
  /** The numbers that workers have given to what arrived. */
  const seen = new Map<number, Set<number>>();
  let last = 0;
  const onTheWay = (worker: number): number => {
    let count = 0;
    for (const entry of underWay) if (entry.worker === worker) count += 1;
    return count;
  };
  /** The one that was given least, of those that keep up. */
  const next = (): number | undefined =>
    targets()
      .filter((worker) => onTheWay(worker) < AHEAD)
      .sort((one, other) => (given.get(one) ?? 0) - (given.get(other) ?? 0))[0];
  const forward = (): void => {
    for (const entry of waiting) {
      const worker = next();
      if (worker === undefined) return;
      waiting.delete(entry);
      underWay.add(entry);
      entry.worker = worker;
      given.set(worker, (given.get(worker) ?? 0) + 1);
      const { id, key, past, peer, handle } = entry;
      send(worker, { tag: 'take', id, key, past, peer }, handle, () => setTimeout(() => back(entry, worker), PAUSE));
    }
  };
  /** `worker` could not take it. */
  const back = (entry: Moving, worker: number): void => {
    if (entry.worker !== worker || !underWay.delete(entry)) return;
    entry.worker = null;
    waiting.add(entry);
    forward();
  };
  return {
    move(worker, { id, key, past, peer }, handle) {
      const arrived = seen.get(worker) ?? new Set();
      seen.set(worker, arrived);
      // Sent again, since it seemed lost.
      if (arrived.has(id)) return handle.close();
      arrived.add(id);
      last += 1;
      const entry: Moving = { id: last, key, past, peer, handle, worker: null };
      moving.set(entry.id, entry);
      waiting.add(entry);
      unanswered.push({ worker, id });
      answer();
      forward();
    },
    took(id) {
      const entry = moving.get(id);
      if (entry === undefined) return;
      entry.handle.close();
      moving.delete(id);
      underWay.delete(entry);
      answer();
      forward();
    },
    accepted(worker, total) {
      given.set(worker, total);
      const workers = targets();
      const sum = workers.reduce((so, one) => so + (given.get(one) ?? 0), 0);
      for (const one of workers) send(one, { tag: 'fair', share: sum / workers.length });
    },
    gone(worker) {
      given.delete(worker);
      seen.delete(worker);
      for (const entry of underWay) {
        if (entry.worker !== worker) continue;
        underWay.delete(entry);
        entry.worker = null;
        waiting.add(entry);
      }
      forward();
    },
    flush: forward,
    close() {
      for (const { handle } of moving.values()) handle.close();
      moving.clear();
    },
  };
}
