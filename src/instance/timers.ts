import type { Timer } from '../rollover/events.js';
import type { State } from '../rollover/state.js';
import { isPointless } from '../rollover/pointless.js';

/** Timers that stand still while zdr is suspended: a deadline is for time in which something could have been done. */
export interface Timers {
  after(ms: number, timer: Timer, then: () => void): void;
  /** Ends those that are for what is no longer there: with the deadline of a drain each save would cost for minutes. */
  prune(state: State): void;
  /** It was suspended for so long. */
  skip(ms: number): void;
  /** Nothing that waits happens any more, and nothing keeps the process alive. */
  close(): void;
}

export function openTimers(): Timers {
  let away = 0;
  const running = new Map<NodeJS.Timeout, Timer>();
  const now = (): number => performance.now() - away;
  const wait = (until: number, timer: Timer, then: () => void): void => {
    // A negative time is one that node warns of, and the clock goes on from one look at it to the next.
    const timeout = setTimeout(
      () => {
        running.delete(timeout);
        // Node's own can be early by up to a millisecond: what then looks at the time would find that it is not over.
        if (until - now() > 0) wait(until, timer, then);
        else then();
      },
      Math.max(0, until - now()),
    );
    running.set(timeout, timer);
  };
  return {
    after: (ms, timer, then) => wait(now() + ms, timer, then),
    prune(state) {
      for (const [timeout, timer] of running) {
        if (!isPointless(state, timer)) continue;
        clearTimeout(timeout);
        running.delete(timeout);
      }
    },
    skip(ms) {
      away += ms;
    },
    close() {
      for (const timeout of running.keys()) clearTimeout(timeout);
    },
  };
}
