import type { Parent } from '../options.js';
import { servingWorkers, type Parts } from './parts.js';

/**
 * What the app says by `process.send`, and hears by `process.on('message')`. It has both under `zdr start`, where
 * deployments know 'ready', and where zdr itself was forked: then it speaks with whoever did that.
 */
export interface Spoken {
  /** Whether apps that begin now have a channel. */
  forked(): boolean;
  said(worker: number, message: unknown): void;
  /** A worker has got the app. */
  begun(worker: number): void;
}

export function openSpoken(parent: Parent | null, parts: () => Parts): Spoken {
  /** What came before the first app began. */
  let early: unknown[] = [];
  /** The generation whose workers began last. */
  let last: number | null = null;
  const generationOf = (worker: number): number | null =>
    parts()
      .rollover.state()
      .workers.flatMap((one) => (one.id === worker && 'generation' in one ? one.generation : []))[0] ?? null;
  parent?.onMessage((message) => {
    const { workers, rollover } = parts();
    if (last === null) return void early.push(message);
    const serving = servingWorkers(parts());
    const all = rollover.state().workers.map(({ id }) => id);
    const hearers = serving.length > 0 ? serving : all.filter((id) => generationOf(id) === last);
    for (const worker of hearers) workers.tell(worker, message);
  });
  return {
    forked: () => parent !== null || parts().options.mode === 'start',
    said(worker, message) {
      if (message === 'ready') parts().rollover.dispatch({ type: 'worker-said-ready', worker });
      parent?.send(message);
    },
    begun(worker) {
      const generation = generationOf(worker);
      if (last !== null && generation !== last) early = [];
      last = generation;
      for (const message of early) parts().workers.tell(worker, message);
    },
  };
}
