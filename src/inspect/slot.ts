/**
 * One of the workers of a generation, counted: what a debugger attaches to. Later generations take the place of earlier
 * ones.
 */
export interface Slot {
  /** The WebSocket's path. */
  readonly id: string;
  /** Its workers of all generations that still run, the newest last. */
  readonly workers: number[];
}

/** The first place that this generation has not filled yet. */
export function placeFor(slots: readonly Slot[], generation: number, of: (worker: number) => number): Slot | undefined {
  return slots.find(({ workers }) => workers.every((worker) => of(worker) !== generation)) ?? slots[0];
}
