import type { Key } from '../protocol/messages.js';
import type { Parts } from './parts.js';

/** Workers that could not bind an address, because a sibling may have just done so: its copy may still be on its way. */
export interface Asked {
  /** `alone`: no other worker of its generation runs. */
  ask(worker: number, key: Key, alone: boolean): void;
  /** It has come, and was handed on. */
  shared(key: Key): void;
}

/** So long a copy may be on its way, in ms. */
const PATIENCE = 1_000;

export function openAsked({ sockets, workers }: Pick<Parts, 'sockets' | 'workers'>): Asked {
  const waiting = new Map<Key, Set<number>>();
  const answer = (worker: number, key: Key): void => {
    if (waiting.get(key)?.delete(worker) === true) workers.send(worker, { tag: 'asked', key });
  };
  return {
    ask(worker, key, alone) {
      const all = waiting.get(key) ?? new Set();
      waiting.set(key, all.add(worker));
      if (sockets.has(key)) {
        sockets.share(key, [worker]);
        return answer(worker, key);
      }
      if (alone) answer(worker, key);
      else setTimeout(() => answer(worker, key), PATIENCE).unref();
    },
    shared(key) {
      for (const worker of waiting.get(key) ?? []) {
        sockets.share(key, [worker]);
        answer(worker, key);
      }
    },
  };
}
