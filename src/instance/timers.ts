/** Timers that stand still while zdr is suspended: a deadline is for time in which something could have been done. */
export interface Timers {
  after(ms: number, then: () => void): void;
  /** It was suspended for so long. */
  skip(ms: number): void;
}

export function openTimers(): Timers {
  let away = 0;
  const now = (): number => performance.now() - away;
  const wait = (until: number, then: () => void): void => {
    setTimeout(() => (until - now() > 1 ? wait(until, then) : then()), until - now());
  };
  return {
    after: (ms, then) => wait(now() + ms, then),
    skip(ms) {
      away += ms;
    },
  };
}
