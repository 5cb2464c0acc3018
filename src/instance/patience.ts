/** A build (with its hook) that has not ended by then may hang, in ms: a person is told, and a change starts it anew. */
const LATE = 10_000;

/** How long one build is waited for. */
export interface Patience {
  /** What `run` comes to; null once it was given up. One at a time. */
  with<T>(run: Promise<T>): Promise<T | null>;
  /** What runs now has had its time. */
  isOver(): boolean;
  giveUp(): void;
}

/** `onLate` is called once for each run that takes too long. */
export function openPatience(onLate: () => void): Patience {
  let over = false;
  let leave = (): void => {};
  return {
    async with<T>(run: Promise<T>) {
      over = false;
      const left = new Promise<null>((resolve) => {
        leave = () => resolve(null);
      });
      const timer = setTimeout(() => {
        over = true;
        onLate();
      }, LATE);
      try {
        return await Promise.race([run, left]);
      } finally {
        clearTimeout(timer);
        over = false;
      }
    },
    isOver: () => over,
    giveUp: () => leave(),
  };
}
