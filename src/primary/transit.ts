import { setTimeout as wait } from 'node:timers/promises';
import type { Burden, Key, Past, Peer, ToWorker } from '../protocol/messages.js';
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
  move(key: Key, past: Past | null, peer: Peer | null, handle: Handle): void;
  took(ids: readonly number[]): void;
  /** The worker did not take it: another gets it, or the same one a little later. */
  missed(id: number): void;
  /** Whether it keeps one more. */
  hasRoom(): boolean;
  /** A worker has so many. The others learn what is fair. */
  accepted(worker: number, burden: Burden): void;
  /** What it had not taken goes to another. */
  gone(worker: number): void;
  /** Resolves when nothing is on its way any more, or after a while. */
  settled(): Promise<void>;
  /** There may be somebody now for what waits. */
  flush(): void;
  close(): void;
}

/**
 * So many are on their way to a worker at once; the others may still go to another one that keeps up. Where they share
 * the channel with everything else it must be few: a `cut` behind a thousand connections would come too late.
 */
const AHEAD = 256;
const AHEAD_IN_CHANNEL = 8;

/** With so many here, the old workers keep what they have: descriptors are few on some systems. */
const FULL = 2_000;

/** How long the next handover waits for the connections of the last one, and how often it looks, in ms. */
const PATIENCE = 2_000;
const LOOK = 20;

/** When a worker is offered again what it could not take, in ms. */
const AGAIN = 100;

type Take = Extract<ToWorker, { tag: 'take' }>;

export interface Ways {
  send(worker: number, message: ToWorker): void;
  give(worker: number, message: Take, handle: Handle): void;
  hasLane(worker: number): boolean;
}

export function openTransit(
  { send, give, hasLane }: Ways,
  /** The workers that connections are to go to now. */
  targets: () => readonly number[],
): Transit {
  const moving = new Map<number, Moving>();
  /** Without a worker yet, in the order in which they came. */
  const waiting = new Set<Moving>();
  /** Sent to a worker that has not said that it took them. At most {@link AHEAD} for each. */
  const underWay = new Set<Moving>();
  /** What each worker has, by its own count and by what it was sent since. */
  const given = new Map<number, Burden>();
  const burdenOf = (worker: number): Burden => given.get(worker) ?? { open: 0, total: 0 };
  let last = 0;
  const onTheWay = (worker: number): number => {
    let count = 0;
    for (const entry of underWay) if (entry.worker === worker) count += 1;
    return count;
  };
  /** The one that has least, of those that keep up. */
  const next = (): number | undefined =>
    targets()
      .filter((worker) => onTheWay(worker) < (hasLane(worker) ? AHEAD : AHEAD_IN_CHANNEL))
      .map((worker) => ({ worker, burden: burdenOf(worker) }))
      .sort(({ burden: one }, { burden: other }) => one.open - other.open || one.total - other.total)[0]?.worker;
  const forward = (): void => {
    for (const entry of waiting) {
      const worker = next();
      if (worker === undefined) return;
      waiting.delete(entry);
      underWay.add(entry);
      entry.worker = worker;
      const { open, total } = burdenOf(worker);
      given.set(worker, { open: open + 1, total: total + 1 });
      const { id, key, past, peer, handle } = entry;
      give(worker, { tag: 'take', id, key, past, peer }, handle);
    }
  };
  return {
    move(key, past, peer, handle) {
      last += 1;
      const entry: Moving = { id: last, key, past, peer, handle, worker: null };
      moving.set(entry.id, entry);
      waiting.add(entry);
      forward();
    },
    took(ids) {
      for (const id of ids) {
        const entry = moving.get(id);
        if (entry === undefined) continue;
        entry.handle.close();
        moving.delete(id);
        underWay.delete(entry);
      }
      forward();
    },
    missed(id) {
      const entry = moving.get(id);
      if (entry === undefined) return;
      const { worker } = entry;
      underWay.delete(entry);
      entry.worker = null;
      // It has waited longest.
      const others = [...waiting];
      waiting.clear();
      for (const each of [entry, ...others]) waiting.add(each);
      if (worker !== null && targets().includes(worker)) setTimeout(forward, AGAIN);
      else forward();
    },
    hasRoom: () => moving.size < FULL,
    accepted(worker, { open, total }) {
      given.set(worker, { open: open + onTheWay(worker), total });
      const workers = targets();
      const mean = (count: (burden: Burden) => number): number =>
        workers.reduce((sum, one) => sum + count(burdenOf(one)), 0) / workers.length;
      const share = { open: mean((burden) => burden.open), total: mean((burden) => burden.total) };
      for (const one of workers) send(one, { tag: 'fair', share });
    },
    gone(worker) {
      given.delete(worker);
      for (const entry of underWay) {
        if (entry.worker !== worker) continue;
        underWay.delete(entry);
        entry.worker = null;
        waiting.add(entry);
      }
      forward();
    },
    async settled() {
      const end = performance.now() + PATIENCE;
      while (moving.size > 0 && targets().length > 0 && performance.now() < end) await wait(LOOK);
    },
    flush: forward,
    close() {
      for (const { handle } of moving.values()) handle.close();
      moving.clear();
    },
  };
}
