import type { ZdrEvent } from '../events.js';
import type { Parent, Work } from '../options.js';
import { merge, type Given, type Layer } from './given.js';
import { readConfig, type Reading, type Search } from './read.js';
import { resolveOptions, type Resolved } from './resolve.js';
import type { Wrong } from './wrong.js';

/** Who wants what: the command line, or a program. */
export interface Request extends Search {
  /** What was said directly, which wins over all configuration. */
  readonly top: Layer;
}

/** Everything is known and checked, nothing runs yet. */
export interface Prepared {
  readonly tag: 'prepared';
  readonly request: Request;
  readonly reading: Reading;
  readonly given: Given;
  readonly options: Resolved['options'];
}

/** Where events go. */
export interface Sink {
  /** Columns that the terminal has now, 0 where it is not known. */
  width(): number;
  /** Must not throw. */
  onEvent(event: ZdrEvent): void;
  /** Who has started this process with a channel. */
  readonly parent?: Parent | null;
  /** Whether the app reads the terminal's input now. */
  onInput?(apps: boolean): void;
  /** What zdr does now that can take long; null: nothing. */
  onWork?(work: Work | null): void;
  /** When zdr began, in ms of `performance.now()`. Default: now. */
  readonly since?: number;
}

/** Reads the configuration, and puts together the options of a run. */
export async function prepare(request: Request): Promise<Prepared | Wrong> {
  const reading = await readConfig(request);
  const composed = compose(request, reading);
  if (composed.tag === 'wrong') return composed;
  return { ...composed, tag: 'prepared', request, reading };
}

export interface Composed {
  readonly tag: 'composed';
  readonly given: Given;
  readonly options: Resolved['options'];
}

export function compose({ top, command, cwd }: Request, reading: Reading): Composed | Wrong {
  if (reading.tag === 'refused') return reading.wrong;
  const merged = merge([top, ...reading.layers], cwd);
  const resolved = resolveOptions(merged, command, cwd);
  return resolved.tag === 'wrong' ? resolved : { tag: 'composed', given: merged.given, options: resolved.options };
}
