import type { BootFailure } from '../events.js';
import { engage, release } from './boot.js';
import { become, retireBehind } from './handover.js';
import { isHalted } from './halts.js';
import type { Generation, Worker } from './state.js';
import * as turns from './turn.js';
import type { Turn } from './turn.js';

/**
 * `zdr start`: worker after worker is replaced. A new one accepts before an old one stops, so that never fewer serve
 * than were asked for; the generation is live once no older worker is left. Rule: the first worker that is ready begins.
 */
export function startRolling(turn: Turn): void {
  if (turn.state.settings.mode !== 'start' || turns.current(turn)?.tag !== 'live') return;
  const next = turn.state.generations.find(({ tag }) => tag === 'booting');
  if (next === undefined || turns.workersOf(turn, next.id, 'ready').length === 0) return;
  turns.putGeneration(turn, { ...next, tag: 'rolling' });
  turns.emit(turn, { type: 'route', generation: next.id });
}

/** Rule: a new worker that is ready serves, and one old worker gives way to it; then comes the next. */
export function roll(turn: Turn): void {
  const next = turns.rolling(turn);
  if (next === undefined) return;
  for (const worker of turns.workersOf(turn, next.id, 'ready')) {
    if (worker.tag !== 'ready') continue;
    turns.putWorker(turn, { ...worker, tag: 'live' });
    turns.emit(turn, { type: 'go', worker: worker.id });
    const [old] = othersOf(turn, next);
    if (old !== undefined) cutOne(turn, old);
  }
  if (turn.state.workers.some(({ id, tag }) => tag === 'cutting' && !isHalted(turn, id))) return;
  const serving = turns.workersOf(turn, next.id, 'live').length;
  if (serving < turn.state.settings.workers) {
    if (turns.workersOf(turn, next.id, 'spawned', 'booting').length === 0) engage(turn, next.id, next.bundle);
    return;
  }
  const others = othersOf(turn, next);
  for (const old of others) cutOne(turn, old);
  if (others.length > 0) return;
  for (const older of turn.state.generations) if (older.tag === 'reverting') retireBehind(turn, older);
  become(turn, next);
}

/** Workers of older generations that still accept, those of a failed generation first. */
function othersOf(turn: Turn, next: Generation): readonly Worker[] {
  const others = turn.state.workers.filter((worker) => worker.tag === 'live' && worker.generation !== next.id);
  const failed = (worker: Worker): number =>
    worker.tag === 'live' && turns.generationOf(turn, worker.generation)?.tag === 'reverting' ? 0 : 1;
  return others.sort((one, other) => failed(one) - failed(other));
}

function cutOne(turn: Turn, worker: Worker): void {
  if (worker.tag !== 'live') return;
  turns.putWorker(turn, { ...worker, tag: 'cutting' });
  turns.emit(turn, { type: 'cut', worker: worker.id, move: true });
  turns.arm(turn, { tag: 'stuck', worker: worker.id }, turn.state.settings.boot);
}

/** A worker of a rolling generation failed: what it replaced comes back, and its siblings serve until then. */
export function revert(turn: Turn, next: Generation, reason: BootFailure): void {
  const live = turns.current(turn);
  release(turn, next);
  turns.putGeneration(turn, { tag: 'reverting', id: next.id, bundle: next.bundle, changes: next.changes });
  turns.report(turn, { type: 'boot-failed', generation: next.id, reason, live: turns.serving(turn) });
  if (live?.tag !== 'live') return;
  turns.emit(turn, { type: 'route', generation: live.id });
  restore(turn, live);
}

/** Brings a live generation to the number of workers that was asked for. */
export function restore(turn: Turn, live: Generation): void {
  const missing = turn.state.settings.workers - turns.able(turn, live.id).length;
  for (let n = 0; n < missing; n += 1) engage(turn, live.id, live.bundle);
}

/** Rule: once the live generation is whole again, the workers of the one that failed give way. */
export function finishReverting(turn: Turn): void {
  const live = turns.current(turn);
  if (live?.tag !== 'live' || turns.rolling(turn) !== undefined) return;
  if (turns.workersOf(turn, live.id, 'live').length < turn.state.settings.workers) return;
  for (const failed of turn.state.generations) {
    if (failed.tag !== 'reverting') continue;
    for (const worker of turns.workersOf(turn, failed.id, 'live')) cutOne(turn, worker);
    retireBehind(turn, failed);
  }
}
