import type { ZdrEvent } from '../events.js';
import type { Reloaded } from '../outcome.js';

/** Tells those who asked for a reload what became of it. */
export interface Reloads {
  /** `last` is the newest generation that there was when it was asked for: what becomes of that one is no answer. */
  ask(last: number): Promise<Reloaded>;
  /** Each event of the run, in order. */
  heard(event: ZdrEvent): void;
}

interface Asked {
  readonly last: number;
  readonly at: number;
  readonly answer: (outcome: Reloaded) => void;
}

export function openReloads(): Reloads {
  const waiting = new Set<Asked>();
  const settle = (outcome: (asked: Asked) => Reloaded | null): void => {
    for (const asked of waiting) {
      const found = outcome(asked);
      if (found === null) continue;
      waiting.delete(asked);
      asked.answer(found);
    }
  };
  return {
    ask: (last) =>
      new Promise((answer) => {
        waiting.add({ last, at: performance.now(), answer });
      }),
    heard(event) {
      switch (event.type) {
        case 'ready':
        case 'live':
        case 'done':
          return settle(({ last, at }) =>
            event.generation > last ? { tag: 'live', generation: event.generation, ms: performance.now() - at } : null,
          );
        case 'boot-failed':
          return settle(({ last }) => (event.generation > last ? { tag: 'failed', event } : null));
        // A build that was out of date before it failed is not reported.
        case 'build-failed':
          return settle(() => ({ tag: 'failed', event }));
        // A later save put back what serves already.
        case 'unchanged': {
          const { live } = event;
          if (live === null) return;
          return settle(({ at }) => ({ tag: 'live', generation: live, ms: performance.now() - at }));
        }
        case 'stopping':
        case 'stopped':
          return settle(() => ({ tag: 'stopped' }));
        case 'listening':
        case 'build-warning':
        case 'crashed':
        case 'respawned':
        case 'draining':
        case 'drained':
        case 'cut-short':
        case 'paused':
        case 'resumed':
        case 'suspended':
        case 'continued':
        case 'warning':
      }
    },
  };
}
