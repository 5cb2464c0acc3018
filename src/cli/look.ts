import type { Style } from './style.js';

/** All that the lines depend on beside the event. */
export interface Look extends Style {
  readonly cwd: string;
  readonly mode: 'dev' | 'start';
  /** What an app is to answer before it is ready; null: it only has to listen. */
  readonly readyUrl: string | null;
  /** Absolute. */
  readonly entry: string;
  readonly workers: number;
  readonly version: string;
  /** Whether a person sits at the keyboard. */
  readonly interactive: boolean;
  /** Whether zdr listens to keys now. */
  keys?(): boolean;
  networks(): readonly string[];
}

/** What is printed for one event. */
export interface Block {
  /** Gets the time in front. Null: only a body. */
  readonly head: string | null;
  readonly body: readonly string[];
}

/** The end of a head: what goes on serving, or that zdr waits. */
export function afterwards(live: number | null, { mode }: Look): string {
  if (live !== null) return `#${live} keeps serving`;
  return mode === 'dev' ? 'waiting for an edit' : 'nothing serves';
}
