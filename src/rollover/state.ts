import type { AppError, BuildMessage } from '../events.js';
import type { Key, Outage } from '../protocol/messages.js';

/** Everything that the rollover knows. Changed by {@link step} only. */
export interface State {
  readonly settings: Settings;
  readonly phase: Phase;
  readonly build: Build;
  readonly pause: Pause;
  /** Oldest first. Invariant: at most one is `live` or `down`, at most one is newer than it. */
  readonly generations: readonly Generation[];
  readonly workers: readonly Worker[];
  /** Workers that a debugger holds, or has held. */
  readonly halts: readonly Halt[];
  readonly pace: Pace;
  readonly lastGeneration: number;
  readonly lastWorker: number;
}

/**
 * Monotonic times of the last save, of the last process that got an app, of the last save in a series, and of the next
 * look at whether the series is over.
 */
export interface Pace {
  readonly changed: number;
  readonly loaded: number;
  readonly quick: number;
  readonly again: number;
}

/** Times in ms. */
export interface Settings {
  /**
   * `dev`: somebody edits. A generation takes over as a whole, a standby waits for the next one, and what cannot run
   * waits for an edit. `start`: nobody does. Workers are replaced one by one, a first build or boot that fails ends
   * the run, and what cannot run is tried again and again.
   */
  readonly mode: 'dev' | 'start';
  /** `said`: a worker is ready when it says so, and not before: a URL of the app is asked first. */
  readonly readiness: 'listening' | 'said';
  readonly workers: number;
  /** A generation that is not ready by then has failed. */
  readonly boot: number;
  /** What an old generation still serves by then is ended. */
  readonly drain: number;
}

export type Phase =
  | { readonly tag: 'running' }
  /** `told`: what is open was reported. `forced`: everything was killed and only exits are awaited. */
  | { readonly tag: 'stopping'; readonly told: boolean; readonly forced: boolean; readonly code: ExitCode }
  | { readonly tag: 'stopped' };

/** 1: it ended by force, or there was nothing that could run. */
export type ExitCode = 0 | 1;

/** Whether saves are built. */
export type Pause =
  | { readonly tag: 'watching' }
  /** `changes`: what was saved meanwhile. */
  | { readonly tag: 'paused'; readonly changes: Changes | null };

export type Build =
  | { readonly tag: 'idle' }
  /** Its errors are told unless another change comes at once: half a save is not worth a word. */
  | { readonly tag: 'failed'; readonly errors: readonly BuildMessage[]; readonly since: number }
  | { readonly tag: 'building'; readonly changes: Changes }
  /** More came while it ran: once more when it ends. */
  | { readonly tag: 'outdated'; readonly changes: Changes; readonly more: Changes };

/** What led to a build. */
export interface Changes {
  readonly paths: readonly string[];
  /** Monotonic time of the first of them. */
  readonly since: number;
  /** Roll over even when the bundle comes out the same. */
  readonly always: boolean;
}

/** A built program: where it lies, and what tells it from another. */
export interface Bundle {
  readonly file: string;
  readonly hash: string;
}

interface Born {
  readonly id: number;
  readonly bundle: Bundle;
  readonly changes: Changes;
}

/** The workers of one build. */
export type Generation =
  /** Waits for a generation without a server to end: two of those must not run at once. */
  | (Born & { readonly tag: 'waiting' })
  /** `again`: a process that was started for it was dead, or gave no sign of life, and was replaced. */
  | (Born & { readonly tag: 'booting'; readonly again?: true })
  /** Takes the places of the live generation's workers one by one: both answer. */
  | (Born & { readonly tag: 'rolling' })
  /** Failed while it rolled: those of its workers that serve go on until the live generation has its own again. */
  | (Born & { readonly tag: 'reverting' })
  /** Ready; waits until the old generation has confirmed that it accepts nothing more. `lost`: as of a live one. */
  | (Born & { readonly tag: 'taking'; readonly lost: readonly Key[] })
  /**
   * Gets all new requests. `crashes`: monotonic times of the last ones; `error`: what the last respawn threw; `lost`: what a
   * worker that crashed had listened on. Until its successor does, nobody does, and it is a server all the same.
   */
  | (Born & {
      readonly tag: 'live';
      readonly crashes: readonly number[];
      readonly error: AppError | null;
      readonly lost: readonly Key[];
    })
  /** Cannot run: waits for an edit. Its sockets stay bound, and a worker without the app holds the clients. */
  | (Born & { readonly tag: 'down'; readonly outage: Outage })
  /** A script that ended with code 0. */
  | (Born & { readonly tag: 'done' })
  | (Born & { readonly tag: 'draining'; readonly told: boolean })
  /** Its workers were told to end. `asked`: before their time, because somebody did not want to wait. */
  | (Born & { readonly tag: 'retiring'; readonly told: boolean; readonly asked?: boolean });

/** A process. */
export type Worker =
  /** Started; `generation` is the one that waits for it. */
  | { readonly tag: 'spawned'; readonly id: number; readonly generation: number | null }
  /** Booted, has no app yet. */
  | { readonly tag: 'standby'; readonly id: number }
  /** `unheard`: a standby that was given the app and has not said that it has it: it may be dead without an exit. */
  | (App & {
      readonly tag: 'booting';
      readonly unheard: boolean;
      readonly evaluated: boolean;
      readonly held: boolean;
    })
  /** Has all it needs to serve; accepts nothing yet. */
  | (App & { readonly tag: 'ready' })
  | (App & { readonly tag: 'live' })
  /** Was told to accept nothing more and has not confirmed. */
  | (App & { readonly tag: 'cutting' })
  | (App & { readonly tag: 'draining' })
  /** Nothing of its own app is open any more: it lives on for connections whose requests newer code answers. */
  | (App & { readonly tag: 'relaying' })
  /** SIGTERM was sent. */
  | (App & { readonly tag: 'retiring' })
  /** SIGKILL was sent. */
  | { readonly tag: 'killed'; readonly id: number; readonly generation: number | null };

/** What a debugger does to a worker. Its deadlines begin anew when it goes on. */
export type Halt =
  | { readonly tag: 'halted'; readonly worker: number }
  /** `at`: monotonic time. */
  | { readonly tag: 'continued'; readonly worker: number; readonly at: number };

interface App {
  readonly id: number;
  readonly generation: number;
  readonly listening: readonly Key[];
}
