/** Work in small steps on a loop that has better things to do. */
export interface Pace {
  /** Goes through everything once, soon. */
  hurry(): void;
  close(): void;
}

/** The longest time for which a slice of work may hold the event loop, in ms. */
const SLICE = 1.5;

export interface PaceOptions {
  /** The steps of a round. They are told whether somebody asked for the round. */
  steps(): Iterable<(asked: boolean) => void>;
  /** The least time between the starts of two rounds, in ms. */
  readonly every: number;
  /** The largest part of the time that goes into the work, outside a hurry. */
  readonly share: number;
  /** Whether waiting for the next round keeps the process alive. */
  readonly holds: boolean;
}

/** Repeats rounds of work for as long as it is open. */
export function openPace({ steps, every, share, holds }: PaceOptions): Pace {
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  let round = steps()[Symbol.iterator]();
  let started = performance.now();
  let hurried = false;

  function slice(): void {
    const begin = performance.now();
    for (;;) {
      const { done, value } = round.next();
      if (done) {
        hurried = false;
        return rest(Math.max(0, started + every - performance.now()), true);
      }
      value(hurried);
      const spent = performance.now() - begin;
      if (spent >= SLICE) return hurried ? void (immediate = setImmediate(slice)) : rest(spent / share, false);
    }
  }

  function rest(ms: number, over: boolean): void {
    timer = setTimeout(() => {
      if (over) restart();
      slice();
    }, ms);
    if (!holds) timer.unref();
  }

  function restart(): void {
    round = steps()[Symbol.iterator]();
    started = performance.now();
  }

  function stop(): void {
    clearTimeout(timer);
    clearImmediate(immediate);
  }

  rest(every, true);
  return {
    hurry() {
      stop();
      hurried = true;
      restart();
      immediate = setImmediate(slice);
    },
    close: stop,
  };
}
