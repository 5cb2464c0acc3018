import type { Exit } from '../events.js';
import type { Key } from '../protocol/messages.js';
import { abandon, begin, engage, fail, goDown, isPending } from './boot.js';
import { giveUp } from './give-up.js';
import { forget } from './halts.js';
import { revert } from './roll.js';
import type { Generation, Worker } from './state.js';
import * as turns from './turn.js';
import type { Turn } from './turn.js';

/** Crashes within this time count together, in ms. */
const WINDOW = 10_000;

/** So many of them, and zdr waits for an edit. */
const LOOP = 3;

/** The pause before the second respawn in {@link WINDOW}, in ms. */
const PAUSE = 500;

/** A process ended, for whatever reason. */
export function exited(turn: Turn, worker: Worker, exit: Exit): void {
  turns.dropWorker(turn, worker.id);
  forget(turn, worker.id);
  if (worker.tag === 'standby' || turn.state.phase.tag !== 'running') return;
  const generation = turns.generationOf(turn, worker.generation);
  if (generation === undefined) return;
  // A standby that was dead before it had the app: that is no failure of the app.
  const early = worker.tag === 'booting' && worker.unheard;
  if (early && (generation.tag === 'booting' || generation.tag === 'live'))
    return engage(turn, generation.id, generation.bundle);
  switch (generation.tag) {
    case 'booting':
      if (worker.tag !== 'killed') endedBooting(turn, generation, worker, exit);
      return;
    case 'taking':
      // Others may have been cut for it already, so it goes on with a new process.
      turns.putGeneration(turn, { ...generation, lost: lostWith(worker, generation.lost) });
      return engage(turn, generation.id, generation.bundle);
    case 'live':
      return endedLive(turn, generation, worker, exit);
    case 'rolling':
      return worker.tag === 'killed' || isLeaving(worker)
        ? undefined
        : revert(turn, generation, { tag: 'exited', exit });
    case 'waiting':
    case 'down':
    case 'done':
    case 'reverting':
    case 'draining':
    case 'retiring':
      return;
  }
}

function endedBooting(
  turn: Turn,
  generation: Extract<Generation, { tag: 'booting' }>,
  worker: Worker,
  exit: Exit,
): void {
  if (worker.tag === 'spawned' && exit.signal !== null && !generation.again) {
    // Somebody ended it before it was up: another one is started, once.
    turns.putGeneration(turn, { ...generation, again: true });
    return engage(turn, generation.id, generation.bundle);
  }
  const live = turns.current(turn);
  if (exit.code === 0 && live?.tag !== 'live') return done(turn, generation);
  fail(turn, generation, { tag: 'exited', exit });
}

/** A script ended well. There is nothing to respawn. */
function done(turn: Turn, generation: Generation): void {
  abandon(turn, generation);
  const old = turns.current(turn);
  if (old !== undefined) turns.dropGeneration(turn, old.id);
  turns.putGeneration(turn, { tag: 'done', id: generation.id, bundle: generation.bundle, changes: generation.changes });
  turns.report(turn, { type: 'done', generation: generation.id });
  giveUp(turn, 0);
}

/** It was told to end: its end is no crash. */
function isLeaving({ tag }: Worker): boolean {
  return tag === 'cutting' || tag === 'draining' || tag === 'retiring';
}

/** What nobody listens on any more until this one has a successor. */
function lostWith(worker: Worker, before: readonly Key[]): readonly Key[] {
  return 'listening' in worker && worker.listening.length > 0 ? worker.listening : before;
}

function endedLive(turn: Turn, generation: Extract<Generation, { tag: 'live' }>, worker: Worker, exit: Exit): void {
  if (isLeaving(worker)) return;
  const script = worker.tag === 'live' && worker.listening.length === 0;
  if (script && exit.code === 0) {
    if (turns.workersOf(turn, generation.id).length === 0) done(turn, generation);
    return;
  }
  const crashes = [...generation.crashes.filter((time) => turn.at - time < WINDOW), turn.at];
  if (crashes.length >= LOOP * turn.state.settings.workers) {
    for (const other of turns.workersOf(turn, generation.id)) turns.kill(turn, other);
    turns.report(turn, { type: 'crashed', generation: generation.id, exit, pause: null });
    const { error } = generation;
    const how = exit.signal ?? `exit code ${exit.code}`;
    const reason = `#${generation.id} crashed ${crashes.length} times in 10 s (${how})`;
    return goDown(turn, generation, { reason, detail: error?.text ?? '', known: error !== null });
  }
  turns.putGeneration(turn, { ...generation, crashes, lost: lostWith(worker, generation.lost) });
  // Each worker may crash once for itself.
  const pause = PAUSE * (Math.ceil(crashes.length / turn.state.settings.workers) - 1);
  turns.report(turn, { type: 'crashed', generation: generation.id, exit, pause });
  if (pause === 0) respawn(turn, generation.id);
  else turns.arm(turn, { tag: 'respawn', generation: generation.id }, pause);
}

/** Another process does what this one was to do. It is no crash, and its end is no event. */
export function replace(turn: Turn, worker: Worker): void {
  if (worker.tag === 'killed' || worker.tag === 'spawned') return;
  turns.putWorker(turn, { tag: 'killed', id: worker.id, generation: null });
  turns.emit(turn, { type: 'kill', worker: worker.id });
  if (turn.state.phase.tag !== 'running') return;
  if (worker.tag === 'standby') return turns.fork(turn, null, true);
  const generation = turns.generationOf(turn, worker.generation);
  if (
    generation?.tag === 'booting' ||
    generation?.tag === 'taking' ||
    generation?.tag === 'rolling' ||
    generation?.tag === 'live'
  )
    engage(turn, generation.id, generation.bundle);
}

/** It stands still before it has begun: another one does what it was to do. */
export function neverUp(turn: Turn, worker: Worker): void {
  if (worker.tag !== 'spawned' || turn.state.phase.tag !== 'running') return;
  const generation = turns.generationOf(turn, worker.generation);
  // It has a time of its own, which is shorter.
  if (generation?.tag === 'booting') return;
  turns.kill(turn, { ...worker, generation: null });
  if (generation === undefined) turns.fork(turn, null, true);
  else engage(turn, generation.id, generation.bundle);
}

/** Replaces one worker of the live generation, with the same bundle; of one that is down, all of them. */
export function respawn(turn: Turn, id: number): void {
  const generation = turns.generationOf(turn, id);
  if (generation?.tag === 'down') return retry(turn, generation);
  // A generation that is rolling brings its own.
  if (generation?.tag !== 'live' || turns.rolling(turn) !== undefined) return;
  if (turns.able(turn, id).length >= turn.state.settings.workers) return;
  engage(turn, id, generation.bundle);
}

/** Nobody will edit: what made it crash may have gone by itself. */
function retry(turn: Turn, { bundle }: Generation): void {
  const busy = turn.state.generations.some((other) => isPending(other) || other.tag === 'taking');
  if (!busy) begin(turn, bundle, { paths: [], since: turn.at, always: true });
}
