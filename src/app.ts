/**
 * What an app can ask zdr for, and tell it. Nobody needs it: without zdr, all of it does nothing.
 *
 * @packageDocumentation
 */
import { APP, type AppHook } from './protocol/app.js';

const hook = (): AppHook | undefined => (globalThis as { readonly [APP]?: AppHook })[APP];

/**
 * Calls `callback` once when newer code has taken over, or zdr stops: this process gets nothing new from here on. What the
 * callback gives is awaited before the process ends, at most until the deadline of the drain (5 s for an app that does
 * not listen). An error is the app's: it is thrown as an uncaught one.
 */
export function onDrain(callback: () => unknown): void {
  hook()?.onDrain(callback);
}

/**
 * Says when this process can take over. Called with a promise before `listen()`, the new code takes over once it listens
 * *and* the promise has resolved; a rejection is a failed boot. Without one: now, whatever it listens on.
 */
export function ready(after?: Promise<unknown>): void {
  hook()?.ready(after ?? null);
}

/** The number of the generation that this process belongs to, as zdr tells it; null where zdr does not run it. */
export function generation(): number | null {
  return hook()?.generation() ?? null;
}
