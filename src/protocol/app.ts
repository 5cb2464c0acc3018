/** Where a worker leaves what `zdr/app` asks for: it may be loaded several times, or be bundled with the app. */
export const APP: unique symbol = Symbol.for('zdr.app') as never;

/** What `zdr/app` is made of inside a worker. */
export interface AppHook {
  /** Null as long as the worker is a standby. */
  generation(): number | null;
  onDrain(callback: () => unknown): void;
  /** Null: now. */
  ready(after: Promise<unknown> | null): void;
}
