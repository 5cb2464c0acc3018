import type { Parts } from './parts.js';

/** Whose standard input is: the app's, once it reads it; else the keyboard of zdr's own. */
export interface Input {
  /** A worker says that its app reads, or not any more. */
  reads(worker: number, reads: boolean): void;
  gone(worker: number): void;
  /** Another generation serves: what an older one read is no longer read there. */
  handedOver(): void;
}

/** `told` gets each change. */
export function openInput(parts: () => Pick<Parts, 'rollover'>, told: (apps: boolean) => void): Input {
  const readers = new Set<number>();
  let apps = false;
  const look = (): void => {
    const { workers } = parts().rollover.state();
    const now = workers.some(({ id, tag }) => readers.has(id) && !['draining', 'retiring', 'killed'].includes(tag));
    if (now === apps) return;
    apps = now;
    told(apps);
  };
  return {
    reads(worker, reads) {
      if (reads) readers.add(worker);
      else readers.delete(worker);
      look();
    },
    gone(worker) {
      if (readers.delete(worker)) look();
    },
    handedOver: look,
  };
}
