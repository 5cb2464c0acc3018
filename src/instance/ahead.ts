import { openAhead, type Ahead } from '../primary/ahead.js';
import { environmentOf } from './environment.js';
import type { Parts } from './parts.js';

/** Packages ahead, for the options of now; null where nobody wants it. */
export function aheadOf({ options, workers, rollover }: Parts): Ahead | null {
  if (!options.ahead) return null;
  return openAhead({
    entry: options.entry,
    args: options.args,
    send: workers.send,
    fork: (worker) => workers.fork(worker, environmentOf(options), false),
    kill: workers.kill,
    standbys: () => rollover.state().workers.flatMap(({ id, tag }) => (tag === 'standby' ? id : [])),
    onStale: (worker) => rollover.dispatch({ type: 'worker-stale', worker }),
  });
}
