import { clock } from '../protocol/clock.js';

/** The app may put other timers in the place of these, for tests of its own. */
const { setTimeout } = globalThis;

/** How old it may be, in ms. */
const MOMENT = 20;

let time = 0;

/**
 * The time by the shared clock, in ms; up to 20 ms ago. A look at the clock for each request took more of it than all else
 * that is remembered of requests (`notes/node.md`).
 */
export function moment(): number {
  if (time === 0) {
    time = clock();
    setTimeout(over, MOMENT).unref();
  }
  return time;
}

function over(): void {
  time = 0;
}
