import type { AppName } from './apps/app.js';
import type { KeptPlan } from './measures/kept.js';
import type { SavesPlan } from './measures/saves.js';

/** How much of everything. Times in ms. */
export interface Scale {
  readonly saves: SavesPlan;
  /** In how many folders an app is started for the first time, and how often again in each of them. */
  readonly starts: Readonly<Partial<Record<AppName, { readonly folders: number; readonly again: number }>>>;
  /** Between the first save, which comes right after the start, and those. */
  readonly calm: number;
  /** Of which the picture shows the middle one. */
  readonly portraits: SavesPlan;
  readonly kept: KeptPlan;
  /** How long a save that cannot run is looked at. */
  readonly broken: number;
  readonly timers: number;
  /** How many saves behind one another, and how often so. */
  readonly burst: { readonly saves: number; readonly times: number };
  /** How long processor use at rest is looked at. */
  readonly rest: number;
  /** Edits of zdr after which memory is compared. */
  readonly growth: number;
  /**
   * Rounds of wrk on zdr and on node in turn, and the seconds of each. Two processes of the same code differ by 8 % and more,
   * so there are some of each.
   */
  readonly throughput: { readonly processes: number; readonly rounds: number; readonly seconds: number };
  /** Nothing takes longer than this. */
  readonly deadline: number;
}

export const full: Scale = {
  saves: { edits: 15, budget: 12_000, before: 300, after: 400 },
  starts: { express: { folders: 3, again: 3 }, large: { folders: 2, again: 2 } },
  calm: 3000,
  portraits: { edits: 3, budget: 20_000, before: 300, after: 1600 },
  kept: { connections: 1000, requests: 100_000, edits: 5, budget: 30_000 },
  broken: 2500,
  timers: 10,
  burst: { saves: 20, times: 5 },
  rest: 15_000,
  growth: 100,
  throughput: { processes: 7, rounds: 3, seconds: 2 },
  deadline: 40 * 60_000,
};

export const quick: Scale = {
  saves: { edits: 5, budget: 5000, before: 150, after: 250 },
  starts: { express: { folders: 1, again: 1 } },
  calm: 500,
  portraits: { edits: 1, budget: 10_000, before: 200, after: 1600 },
  kept: { connections: 100, requests: 5000, edits: 2, budget: 8000 },
  broken: 800,
  timers: 3,
  burst: { saves: 5, times: 1 },
  rest: 1000,
  growth: 10,
  throughput: { processes: 1, rounds: 1, seconds: 1 },
  deadline: 10 * 60_000,
};
