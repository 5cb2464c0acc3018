import type { Address, ZdrEvent } from '../events.js';
import type { Parts } from './parts.js';
import { totalOf } from '../primary/timings.js';
import { servingWorkers } from './parts.js';

/** Passes on what the rollover reports, and tells each address once. */
export interface Announcer {
  tell(event: ZdrEvent): void;
  /** `worker` listens on `address`. What a generation that still boots listens on is told when it is live. */
  listens(worker: number, address: Address): void;
}

type Needed = Pick<Parts, 'options' | 'rollover' | 'sockets' | 'route' | 'timings'>;

/** `start` is the monotonic time at which zdr began, in ms. */
export function openAnnouncer(start: number, parts: () => Needed): Announcer {
  let begun = false;
  const told = new Set<string>();

  /** Whether the address is news. */
  const learn = (address: Address): boolean => {
    const name = JSON.stringify(address);
    if (told.has(name)) return false;
    told.add(name);
    return true;
  };

  function announce(address: Address): void {
    const { options, rollover, route } = parts();
    const live = rollover.state().generations.find(({ tag }) => tag === 'live');
    if (!begun || live === undefined || live.id !== route.generation || !learn(address)) return;
    options.onEvent({ type: 'listening', generation: live.id, address });
  }

  return {
    tell(event) {
      const { options, sockets, timings } = parts();
      if (event.type === 'unchanged' || event.type === 'build-failed') timings?.dropped();
      if (event.type !== 'live') return options.onEvent(event);
      const timing = timings?.live(event.generation);
      sockets.keepOnly(servingWorkers(parts()));
      const addresses = sockets.addresses();
      if (begun) {
        // The steps add up to what is said: both are of one measurement.
        options.onEvent(timing === undefined ? event : { ...event, ms: totalOf(timing), timing });
        for (const address of addresses) announce(address);
        return;
      }
      // The first generation that is live makes the start complete.
      begun = true;
      for (const address of addresses) learn(address);
      options.onEvent({ type: 'ready', generation: event.generation, ms: performance.now() - start, addresses });
    },
    listens(worker, address) {
      const { generations, workers } = parts().rollover.state();
      const live = generations.find(({ tag }) => tag === 'live');
      const owner = workers.find(({ id }) => id === worker);
      if (owner !== undefined && 'generation' in owner && owner.generation !== live?.id) return;
      announce(address);
    },
  };
}
