import type { Effect } from '../rollover/effects.js';
import type { Happening } from '../rollover/events.js';
import type { Settings, State } from '../rollover/state.js';
import { initial, step } from '../rollover/step.js';

export interface Rollover {
  /** Tells what happened. Effects run in order, and what they lead to comes after them. */
  dispatch(happening: Happening): void;
  state(): State;
}

/** Holds the one state, and is the only place where it changes. */
/** `stepped` sees each new state before its effects run. */
export function openRollover(
  settings: Settings,
  run: (effect: Effect) => void,
  stepped: (state: State) => void = () => {},
): Rollover {
  let state = initial(settings);
  const queue: Happening[] = [];
  let running = false;
  return {
    state: () => state,
    dispatch(happening) {
      queue.push(happening);
      if (running) return;
      running = true;
      try {
        for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
          const [after, effects] = step(state, { ...next, at: performance.now() });
          state = after;
          stepped(state);
          for (const effect of effects) run(effect);
        }
      } finally {
        running = false;
      }
    },
  };
}
