import { changed, merge } from './builds.js';
import * as turns from './turn.js';
import type { Turn } from './turn.js';

/** Saves are collected from here on instead of built. */
export function pause(turn: Turn): void {
  if (turn.state.pause.tag === 'paused' || turn.state.phase.tag !== 'running') return;
  turn.state = { ...turn.state, pause: { tag: 'paused', changes: null } };
  turns.report(turn, { type: 'paused' });
}

/** What was collected is built now, as if it was saved now. */
export function resume(turn: Turn): void {
  const { pause: before } = turn.state;
  if (before.tag !== 'paused') return;
  turn.state = { ...turn.state, pause: { tag: 'watching' } };
  const { changes } = before;
  turns.report(turn, { type: 'resumed', causes: changes?.paths ?? [] });
  if (changes !== null) changed(turn, changes.paths, changes.always);
}

/** Files were saved, or (without paths) somebody asked: who asks means now, with all that was collected. */
export function saved(turn: Turn, paths: readonly string[], always: boolean): void {
  const { pause: before } = turn.state;
  if (before.tag !== 'paused') return changed(turn, paths, always);
  const changes = { paths, since: turn.at, always };
  const all = before.changes === null ? changes : merge(before.changes, changes);
  const asked = paths.length === 0;
  turn.state = { ...turn.state, pause: { tag: 'paused', changes: asked ? null : all } };
  if (asked) changed(turn, all.paths, always);
}
