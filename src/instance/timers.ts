/** Timers that stand still while zdr is suspended: a deadline is for time in which something could have been done. */
export interface Timers {
  after(ms: number, then: () => void): void;
  /** It was suspended for so long. */
  skip(ms: number): void;
  /** Nothing that waits happens any more, and nothing keeps the process alive. */
  close(): void;
}

export function openTimers(): Timers {
  let away = 0;
  const running = new Set<NodeJS.Timeout>();
  const now = (): number => performance.now() - away;
  const wait = (until: number, then: () => void): void => {
    const timer = setTimeout(() => {
      running.delete(timer);
      // Node's own can be early by up to a millisecond: what then looks at the time would find that it is not over.
      if (until - now() > 0) wait(until, then);
      else then();
    }, until - now());
    running.add(timer);
  };
  return {
    after: (ms, then) => wait(now() + ms, then),
    skip(ms) {
      away += ms;
    },
    close() {
      for (const timer of running) clearTimeout(timer);
    },
  };
}
