import type { AppName } from './apps/app.js';
import type { Across } from './measures/across.js';
import type { Broken } from './measures/broken.js';
import type { Burst } from './measures/burst.js';
import type { Growth } from './measures/growth.js';
import type { Kept } from './measures/kept.js';
import type { Rest } from './measures/rest.js';
import type { Save } from './measures/saves.js';
import type { Timers } from './measures/timers.js';

/** A figure, or the reason why there is none. */
export type Measured<T> = T | { readonly none: string };

export interface Starts {
  /** In a folder where the tool has not been before. */
  readonly first: readonly number[];
  /** In one where it has, and has had time to leave something. */
  readonly again: readonly number[];
}

export interface AppResult {
  /** From the first spawn to the first answer, ms: of each start. */
  readonly starts: Starts;
  /** As soon as it answers, when nothing can have been made ready. */
  readonly early: Omit<Save, 'marks'>;
  /** The others, from a while after that. */
  readonly saves: readonly Omit<Save, 'marks'>[];
}

/** What a client got for one request: old code before there was new, new code, old code after that, or nothing. */
export type Kind = 'old' | 'new' | 'stale' | 'failed';

/** One request around a save; times in ms, `at` from the save on. */
export interface Dot {
  readonly at: number;
  readonly took: number;
  readonly kind: Kind;
}

/** The requests around the save of middle length. */
export interface Lane {
  readonly live: number | null;
  readonly dots: readonly Dot[];
}

/** What was measured of one tool. A measure that was not asked for is missing. */
export interface ToolResult {
  readonly id: string;
  readonly name: string;
  readonly typed: string;
  /** Or why it could not be measured at all. */
  readonly version: Measured<string>;
  readonly apps: Partial<Record<AppName, Measured<AppResult>>>;
  lane?: Lane;
  bursts?: Measured<readonly Burst[]>;
  rest?: Measured<Rest>;
  kept?: Measured<Kept>;
  across?: Measured<Across>;
  syntax?: Measured<Broken>;
  boot?: Measured<Broken>;
  timers?: Measured<Timers>;
}

/** Requests a second, of the rounds in turn. */
export interface Throughput {
  readonly zdr: readonly number[];
  readonly node: readonly number[];
}

export interface Machine {
  readonly node: string;
  readonly system: string;
  readonly processor: string;
  readonly cores: number;
  /** GB. */
  readonly memory: number;
  /** Load average of the last minute at the start: much of it means that others disturbed the run. */
  readonly load: number;
}

export interface Results {
  readonly date: string;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly tools: readonly ToolResult[];
  /** Seconds. */
  took?: number;
  growth?: Measured<Growth>;
  throughput?: Measured<Throughput>;
}

export function isNone<T>(measured: Measured<T> | undefined): measured is { readonly none: string } | undefined {
  return measured === undefined || (typeof measured === 'object' && measured !== null && 'none' in measured);
}
