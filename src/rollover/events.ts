import type { AppError, BuildMessage, Exit, Open } from '../events.js';
import type { Key } from '../protocol/messages.js';
import type { Bundle, Settings } from './state.js';

/** What happened. Each carries `at`, the monotonic time in ms at which it was dispatched. */
export type RolloverEvent = { readonly at: number } & Happening;

export type Happening =
  | { readonly type: 'started' }
  /** Inputs have another content than the last build saw. `always`: roll over even when the bundle is the same. */
  | { readonly type: 'changed'; readonly paths: readonly string[]; readonly always: boolean }
  /** Collect changes instead of building them, until `resume`. */
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  /** What old generations still serve is to end now, as at their deadline. */
  | { readonly type: 'end-draining' }
  | { readonly type: 'built'; readonly bundle: Bundle }
  | { readonly type: 'build-failed'; readonly errors: readonly BuildMessage[] }
  /** Other settings hold from here on. */
  | { readonly type: 'settings'; readonly settings: Settings }
  /** A standby forked before would not be what a start is now (environment, dependencies). */
  | { readonly type: 'standby-stale' }
  | { readonly type: 'worker-standby'; readonly worker: number }
  /** It is no longer what a start would be now; nothing of the app runs in it any more. */
  | { readonly type: 'worker-stale'; readonly worker: number }
  /** `more`: it listens on others already, of which it will be told at once. */
  | { readonly type: 'worker-listening'; readonly worker: number; readonly key: Key; readonly more?: boolean }
  | { readonly type: 'worker-released'; readonly worker: number; readonly key: Key }
  /** It has got the app. */
  | { readonly type: 'worker-begun'; readonly worker: number }
  | { readonly type: 'worker-evaluated'; readonly worker: number }
  /** The app itself said `process.send('ready')`. */
  | { readonly type: 'worker-said-ready'; readonly worker: number }
  /** The app needs time before it can take over, or needs no more. */
  | { readonly type: 'worker-holds'; readonly worker: number; readonly held: boolean }
  | { readonly type: 'worker-failed'; readonly worker: number; readonly error: AppError }
  /** The bundle has to be built in another way, which the builder knows by now. */
  | { readonly type: 'worker-unfit'; readonly worker: number }
  | { readonly type: 'worker-probed'; readonly worker: number }
  /** It stands at a breakpoint, or waits for the debugger. */
  | { readonly type: 'worker-halted'; readonly worker: number }
  | { readonly type: 'worker-continued'; readonly worker: number }
  | { readonly type: 'worker-cut'; readonly worker: number }
  | { readonly type: 'worker-relays'; readonly worker: number }
  | { readonly type: 'worker-drained'; readonly worker: number }
  | { readonly type: 'worker-open'; readonly worker: number; readonly open: readonly Open[] }
  | { readonly type: 'worker-exited'; readonly worker: number; readonly exit: Exit }
  | { readonly type: 'time'; readonly timer: Timer }
  | { readonly type: 'stop'; readonly force: boolean };

/** Ids are never used twice, so a timer that outlived its reason finds nothing to do. */
export type Timer =
  /** The system had its time to start a process for a generation. */
  | { readonly tag: 'start'; readonly generation: number }
  /** A generation had its time to become ready, from when it got the app. */
  | { readonly tag: 'boot'; readonly generation: number }
  /** A probed worker had its time to answer. */
  | { readonly tag: 'probe'; readonly generation: number }
  /** A worker has evaluated the app: what it listens on by now is all it wants. */
  | { readonly tag: 'settled'; readonly worker: number }
  /** Nothing was listened on since it was `count` addresses. */
  | { readonly tag: 'quiet'; readonly worker: number; readonly count: number }
  /** A worker had its time to confirm that it accepts nothing more. */
  | { readonly tag: 'cut'; readonly generation: number }
  /** A worker that had not confirmed by then is stuck. */
  | { readonly tag: 'stuck'; readonly worker: number }
  | { readonly tag: 'tell'; readonly generation: number }
  | { readonly tag: 'drain'; readonly generation: number }
  /** A worker had its time to end by itself. */
  | { readonly tag: 'retire'; readonly worker: number }
  | { readonly tag: 'respawn'; readonly generation: number }
  /** A process had its time to be up. */
  | { readonly tag: 'up'; readonly worker: number }
  /** A respawned worker had its time to become ready. */
  | { readonly tag: 'revive'; readonly worker: number }
  /** The errors of a build that began at `since` are to be told. */
  | { readonly tag: 'tell-failure'; readonly since: number }
  /** There may be fewer standbys than there should be. */
  | { readonly tag: 'refill' }
  /** A series of saves may be over. */
  | { readonly tag: 'pause' }
  /** There may be more standbys than there should be. */
  | { readonly tag: 'calm' }
  | { readonly tag: 'stopping' }
  | { readonly tag: 'stop' };
