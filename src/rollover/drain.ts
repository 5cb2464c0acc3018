import type { Open } from '../events.js';
import { isHeld } from './halts.js';
import type { Generation, Worker } from './state.js';
import * as turns from './turn.js';
import type { Turn } from './turn.js';

/** More generations than this do not drain side by side: the oldest gives way. */
const DRAINING = 8;

/** Nor do more than this only carry the connections of clients that never pause. */
const RELAYING = 32;

/** It accepts nothing more and finishes what it has. */
export function cut(turn: Turn, worker: Worker): void {
  if (worker.tag === 'cutting') turns.putWorker(turn, { ...worker, tag: 'draining' });
}

/** Nothing of its app is open any more. */
export function relays(turn: Turn, worker: Worker): void {
  if (worker.tag === 'draining') turns.putWorker(turn, { ...worker, tag: 'relaying' });
}

/** Nothing is open any more. */
export function drained(turn: Turn, worker: Worker): void {
  if (worker.tag === 'draining' || worker.tag === 'relaying' || worker.tag === 'cutting') turns.terminate(turn, worker);
}

/** It still serves something after a while: ask what. */
export function tell(turn: Turn, generation: Generation): void {
  if (generation.tag !== 'draining') return;
  for (const worker of turns.workersOf(turn, generation.id, 'draining')) {
    turns.emit(turn, { type: 'list', worker: worker.id });
  }
}

/** A worker says what it still serves: because it was asked, or because all of it is ended now. */
export function open(turn: Turn, worker: Worker, list: readonly Open[]): void {
  if (worker.tag === 'standby' || list.length === 0) return;
  const { phase } = turn.state;
  if (phase.tag !== 'running') return tellStop(turn, list);
  const generation = turns.generationOf(turn, worker.generation);
  if (generation?.tag === 'draining') {
    turns.putGeneration(turn, { ...generation, told: true });
    turns.report(turn, { type: 'draining', generation: generation.id, open: list });
  } else if (generation?.tag === 'retiring') {
    turns.report(turn, { type: 'cut-short', generation: generation.id, asked: generation.asked === true, open: list });
  }
}

export function tellStop(turn: Turn, list: readonly Open[]): void {
  const { phase } = turn.state;
  if (phase.tag !== 'stopping' || phase.told) return;
  turn.state = { ...turn.state, phase: { ...phase, told: true } };
  turns.report(turn, { type: 'stopping', open: list });
}

/** The deadline, or somebody asked: what is still open is ended. */
export function deadline(turn: Turn, generation: Generation, asked = false): void {
  if (generation.tag !== 'draining') return;
  turns.putGeneration(turn, { ...generation, tag: 'retiring', told: true, asked });
  for (const worker of turns.workersOf(turn, generation.id)) {
    turns.emit(turn, { type: 'end', worker: worker.id, polite: false });
    turns.arm(turn, { tag: 'retire', worker: worker.id }, turns.RETIRE);
  }
}

/** Rule: generations without a process are gone; too many that drain make the oldest give way. */
export function clear(turn: Turn): void {
  for (const generation of turn.state.generations) {
    if (generation.tag !== 'draining' && generation.tag !== 'retiring' && generation.tag !== 'reverting') continue;
    if (turns.workersOf(turn, generation.id).length > 0) continue;
    turns.dropGeneration(turn, generation.id);
    const told = generation.tag !== 'reverting' && generation.told;
    turns.report(turn, { type: 'drained', generation: generation.id, told });
  }
  const old = turn.state.generations.filter((generation) => generation.tag === 'draining');
  const relaying = old.filter(
    ({ id }) => turns.workersOf(turn, id, 'relaying').length === turns.workersOf(turn, id).length,
  );
  giveWay(
    turn,
    old.filter((generation) => !relaying.includes(generation)),
    DRAINING,
  );
  giveWay(turn, relaying, RELAYING);
}

function giveWay(turn: Turn, generations: readonly Generation[], most: number): void {
  const oldest = generations.find(({ id }) => !isHeld(turn, id));
  if (oldest !== undefined && generations.length > most) deadline(turn, oldest);
}
