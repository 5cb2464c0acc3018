import type { ZdrEvent } from '../events.js';
import type { Outage } from '../protocol/messages.js';
import type { Timer } from './events.js';
import type { Bundle, ExitCode } from './state.js';

/** What the shells are to do. Each is safe to run when its worker is already gone. */
export type Effect =
  | { readonly type: 'build' }
  /** No generation needs this bundle any more. */
  | { readonly type: 'discard'; readonly bundle: Bundle }
  /** `idle`: nobody waits for this process. */
  | { readonly type: 'fork'; readonly worker: number; readonly idle: boolean }
  | { readonly type: 'load'; readonly worker: number; readonly generation: number; readonly bundle: Bundle }
  /** The worker gets no app: it holds the clients of one that cannot run. */
  | { readonly type: 'hold-out'; readonly worker: number; readonly outage: Outage }
  | { readonly type: 'go'; readonly worker: number }
  | { readonly type: 'cut'; readonly worker: number; readonly move: boolean }
  /** End what is open: all of it, or (`polite`) only what has no end of its own. */
  | { readonly type: 'end'; readonly worker: number; readonly polite: boolean }
  | { readonly type: 'list'; readonly worker: number }
  | { readonly type: 'probe'; readonly worker: number }
  | { readonly type: 'terminate'; readonly worker: number }
  | { readonly type: 'kill'; readonly worker: number }
  /** New requests and moved connections go to `generation` from here on. */
  | { readonly type: 'route'; readonly generation: number }
  | { readonly type: 'timer'; readonly timer: Timer; readonly ms: number }
  | { readonly type: 'report'; readonly event: ZdrEvent }
  | { readonly type: 'exit'; readonly code: ExitCode };
