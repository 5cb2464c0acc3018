import type { Address, Open } from './events.js';

/** What an instance runs now: for `zdr status`, and for programs. Plain data; times in ms, memory in bytes. */
export interface Status {
  readonly pid: number;
  /** Absolute. */
  readonly entry: string;
  readonly cwd: string;
  readonly uptime: number;
  readonly addresses: readonly Address[];
  readonly watching: Watched;
  readonly ahead: Readiness;
  /** Oldest first. */
  readonly generations: readonly GenerationStatus[];
  /** Processes that have no app yet. */
  readonly standbys: readonly WorkerStatus[];
  /** The last ones, oldest first. */
  readonly builds: readonly BuildStatus[];
  /** Where less than the best way is taken, and by which worker. */
  readonly fallbacks: readonly FallbackStatus[];
}

/**
 * - `on`: a save rolls over
 * - `paused`: saves are collected; `saved` files wait
 * - `off`: only a reload rolls over
 */
export type Watched =
  | { readonly tag: 'on' }
  | { readonly tag: 'paused'; readonly saved: number }
  | { readonly tag: 'off' };

/**
 * What there is to do for the next save ahead of it:
 * - `busy`: packages are tried out, or evaluated in a standby; a save now takes longer, and longer than it has to
 * - `at rest`: all that could be done is done
 * - `off`: nothing is done ahead (`--no-ahead`)
 */
export type Readiness = 'busy' | 'at rest' | 'off';

export interface GenerationStatus {
  readonly id: number;
  readonly state: GenerationState;
  /** Since it is in this state. */
  readonly age: number;
  readonly workers: readonly WorkerStatus[];
}

export type GenerationState =
  | 'waiting'
  | 'booting'
  | 'rolling'
  | 'reverting'
  | 'taking'
  | 'live'
  | 'down'
  | 'done'
  | 'draining'
  | 'retiring';

export interface WorkerStatus {
  /** Null: it has just ended. */
  readonly pid: number | null;
  readonly state: string;
  readonly memory: Memory | null;
  /** Null: it did not answer in time. Its event loop is blocked, or it is stopped. */
  readonly usage: Usage | null;
}

export interface Memory {
  readonly rss: number;
  /** What it has for itself plus its share of what it shares; null where the system does not tell. */
  readonly pss: number | null;
}

/** What a worker says of itself. */
export interface Usage {
  /** How long the question waited for its event loop. */
  readonly delay: number;
  /** How long its event loop was at work since the process began. */
  readonly busy: number;
  /** Requests that began here, those that are open among them. */
  readonly requests: number;
  /** Those that began here and are not open any more. */
  readonly served: number;
  /** How much is under way. */
  readonly underWay: number;
  /** What is under way, the oldest first: no more than {@link LISTED}. */
  readonly open: readonly Open[];
  readonly sockets: SocketCounts;
  readonly rss: number;
}

/** So many open requests and sockets are named at most; the counts count all. */
export const LISTED = 50;

/** Open connections by what they do. */
export interface SocketCounts {
  /** In the middle of a request. */
  readonly request: number;
  /** Between two requests. */
  readonly idle: number;
  readonly websocket: number;
  readonly events: number;
  /** HTTP/2. */
  readonly session: number;
  /** No HTTP at all. */
  readonly raw: number;
  /** Carried on for the live generation, which answers on it. */
  readonly carried: number;
}

/** What became of a build. */
export interface BuildStatus {
  /** ISO 8601. */
  readonly time: string;
  readonly causes: readonly string[];
  /** The generation that it became, or would have. */
  readonly generation: number | null;
  readonly outcome: 'live' | 'unchanged' | 'build-failed' | 'boot-failed';
  /** How long the build itself took; null where that is not known. */
  readonly build: number | null;
  /** How many modules were built anew, of how many, where a large app was not built as a whole. */
  readonly modules: readonly [built: number, all: number] | null;
  /** From the save to live; null where it did not go live. */
  readonly live: number | null;
}

export interface FallbackStatus {
  readonly name: string;
  /** Pid of the worker that uses it; null: none does, it is about the build. */
  readonly worker: number | null;
}
