import type { BuildMessage } from '../events.js';
import { abandon, begin, isPending } from './boot.js';
import { giveUp } from './give-up.js';
import type { Bundle, Changes, Generation } from './state.js';
import { saved } from './standbys.js';
import * as turns from './turn.js';
import type { Turn } from './turn.js';

/** An editor that truncates and writes, or removes and creates, is done within this time, in ms. */
const TELL = 60;

/** Builds at the first change; what comes while it builds is built once more, together. */
export function changed(turn: Turn, paths: readonly string[], always: boolean): void {
  if (turn.state.phase.tag !== 'running') return;
  saved(turn);
  const changes: Changes = { paths, since: turn.at, always };
  const { build } = turn.state;
  switch (build.tag) {
    case 'idle':
    case 'failed':
      return start(turn, changes);
    case 'building':
      turn.state = { ...turn.state, build: { tag: 'outdated', changes: build.changes, more: changes } };
      return;
    case 'outdated':
      turn.state = { ...turn.state, build: { ...build, more: merge(build.more, changes) } };
  }
}

function start(turn: Turn, changes: Changes): void {
  turn.state = { ...turn.state, build: { tag: 'building', changes } };
  turns.emit(turn, { type: 'build' });
}

/** Both, as if they had come at the time of the first. */
export function merge(first: Changes, second: Changes): Changes {
  const paths = [...new Set([...first.paths, ...second.paths])];
  return { paths, since: first.since, always: first.always || second.always };
}

/** Ends the build. Gives what led to it, or null when its result is out of date and a new build has begun. */
function finish(turn: Turn): Changes | null {
  const { build } = turn.state;
  turn.state = { ...turn.state, build: { tag: 'idle' } };
  if (turn.state.phase.tag !== 'running' || build.tag === 'idle' || build.tag === 'failed') return null;
  if (build.tag === 'building') return build.changes;
  start(turn, merge(build.changes, build.more));
  return null;
}

export function built(turn: Turn, bundle: Bundle): void {
  const changes = finish(turn);
  const use = changes !== null && wanted(turn, bundle, changes);
  if (use) begin(turn, bundle, changes);
  else if (!turn.state.generations.some((generation) => generation.bundle.file === bundle.file)) {
    turns.emit(turn, { type: 'discard', bundle });
  }
}

/** Whether this bundle is another program than the one that serves, or is about to. */
function wanted(turn: Turn, bundle: Bundle, changes: Changes): boolean {
  const pending = turn.state.generations.find(isPending);
  const next =
    turns.rolling(turn) ??
    turn.state.generations.find((generation) => generation.tag === 'taking') ??
    turns.current(turn);
  if (changes.always) return true;
  if (pending?.bundle.hash === bundle.hash) return false;
  if (next?.tag === 'down') return true;
  if (next?.bundle.hash !== bundle.hash) return true;
  if (pending !== undefined) abandon(turn, pending);
  turns.report(turn, { type: 'unchanged', causes: changes.paths, live: next.id });
  return false;
}

export function buildFailed(turn: Turn, errors: readonly BuildMessage[]): void {
  if (finish(turn) === null) return;
  turn.state = { ...turn.state, build: { tag: 'failed', errors, since: turn.at } };
  turns.arm(turn, { tag: 'tell-failure', since: turn.at }, TELL);
}

export function tellFailure(turn: Turn, since: number): void {
  const { build } = turn.state;
  if (build.tag !== 'failed' || build.since !== since) return;
  turn.state = { ...turn.state, build: { tag: 'idle' } };
  turns.report(turn, { type: 'build-failed', errors: build.errors, live: turns.serving(turn) });
  if (turns.current(turn) === undefined) giveUp(turn, 1);
}

/** Bundles that some generation of `generations` still needs. */
export function bundlesOf(generations: readonly Generation[]): ReadonlyMap<string, Bundle> {
  return new Map(generations.map(({ bundle }) => [bundle.file, bundle]));
}
