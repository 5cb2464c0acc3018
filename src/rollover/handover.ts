import { isHalted } from './halts.js';
import { refillLater } from './standbys.js';
import type { Generation } from './state.js';
import * as turns from './turn.js';
import type { Turn } from './turn.js';

/** How long a worker may take to confirm that it accepts nothing more before the new generation goes on without, in ms. */
const CUT = 1_000;

/** After this time an old generation that still serves something is shown, in ms. */
const TELL = 2_000;

/** Rule: a generation whose workers are all ready takes over. The old one is told to accept nothing more. */
export function takeOver(turn: Turn): void {
  const next = turn.state.generations.find((generation) => generation.tag === 'booting');
  if (next === undefined || turn.state.generations.some((generation) => generation.tag === 'taking')) return;
  if (turns.workersOf(turn, next.id, 'ready').length < turn.state.settings.workers) return;
  turns.putGeneration(turn, { ...next, tag: 'taking', lost: [] });
  turns.emit(turn, { type: 'route', generation: next.id });
  const old = turns.current(turn);
  if (old === undefined) return;
  for (const worker of turns.workersOf(turn, old.id)) {
    if (worker.tag !== 'live') {
      turns.kill(turn, worker);
      continue;
    }
    turns.putWorker(turn, { ...worker, tag: 'cutting' });
    turns.emit(turn, { type: 'cut', worker: worker.id, move: true });
  }
  turns.arm(turn, { tag: 'cut', generation: next.id }, CUT);
}

/** Rule: once nobody else can answer a new request, the new generation is live. */
export function goLive(turn: Turn): void {
  const next = turn.state.generations.find((generation) => generation.tag === 'taking');
  if (next === undefined) return;
  const old = turns.current(turn);
  // What stands at a breakpoint cannot confirm, nor can it accept.
  const open = old === undefined ? [] : turns.workersOf(turn, old.id, 'cutting');
  if (open.every(({ id }) => isHalted(turn, id))) become(turn, next);
}

/** The old generation had its time to confirm: a blocked event loop accepts nothing either. */
export function cutLate(turn: Turn, next: Generation): void {
  if (next.tag === 'taking') become(turn, next);
}

/** It gets what comes from here on; the one before it drains. */
export function become(turn: Turn, next: Generation): void {
  const old = turns.current(turn);
  if (old !== undefined) retireBehind(turn, old);
  turns.putGeneration(turn, {
    tag: 'live',
    id: next.id,
    bundle: next.bundle,
    changes: next.changes,
    crashes: [],
    error: null,
    lost: next.tag === 'taking' ? next.lost : [],
  });
  for (const worker of turns.workersOf(turn, next.id, 'ready')) {
    if (worker.tag !== 'ready') continue;
    turns.putWorker(turn, { ...worker, tag: 'live' });
    turns.emit(turn, { type: 'go', worker: worker.id });
  }
  const { paths, since } = next.changes;
  turns.report(turn, { type: 'live', generation: next.id, causes: paths, ms: turn.at - since });
  refillLater(turn);
}

/** Its workers were told to accept nothing more. */
export function retireBehind(turn: Turn, old: Generation): void {
  turns.putGeneration(turn, { tag: 'draining', id: old.id, bundle: old.bundle, changes: old.changes, told: false });
  turns.arm(turn, { tag: 'tell', generation: old.id }, TELL);
  turns.arm(turn, { tag: 'drain', generation: old.id }, turn.state.settings.drain);
  for (const worker of turns.workersOf(turn, old.id, 'cutting')) {
    turns.arm(turn, { tag: 'stuck', worker: worker.id }, turn.state.settings.boot);
  }
}
