import type { ZdrEvent } from './events.js';

/** What became of a reload that was asked for. */
export type Reloaded =
  /** This generation answers now, with what lies on the disk. `ms` since the reload was asked for. */
  | { readonly tag: 'live'; readonly generation: number; readonly ms: number }
  /** What served before goes on. */
  | { readonly tag: 'failed'; readonly event: Failure }
  /** The run ended first. */
  | { readonly tag: 'stopped' };

export type Failure = Extract<ZdrEvent, { readonly type: 'build-failed' | 'boot-failed' }>;
