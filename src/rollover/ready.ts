import type { Key } from '../protocol/messages.js';
import { refillLater } from './standbys.js';
import type { Worker } from './state.js';
import * as turns from './turn.js';
import type { Turn } from './turn.js';

/** What an app has evaluated this long ago and does not listen on yet, it may never listen on, in ms. */
export const SETTLE = 500;

/** The servers of an app listen one after the other; so long after the last one it has them all, in ms. */
const QUIET = 25;

export function evaluated(turn: Turn, worker: Worker): void {
  if (worker.tag !== 'booting') return;
  turns.putWorker(turn, { ...worker, evaluated: true });
  turns.arm(turn, { tag: 'settled', worker: worker.id }, SETTLE);
}

export function listens(turn: Turn, worker: Worker, key: Key, more: boolean): void {
  if (!('listening' in worker) || worker.listening.includes(key)) return;
  const next = { ...worker, listening: [...worker.listening, key] };
  turns.putWorker(turn, next);
  if (next.tag === 'booting' && !more) listened(turn, next);
}

/** Whether what it listens on is all that it wants. */
function listened(turn: Turn, next: Extract<Worker, { readonly tag: 'booting' }>): void {
  const keys = required(turn, next.generation);
  if (keys.length === 0 && turns.generationOf(turn, next.generation)?.tag === 'booting') {
    // Nobody knows how many addresses it wants, and nobody else serves.
    turns.arm(turn, { tag: 'quiet', worker: next.id, count: next.listening.length }, QUIET);
  } else if (hasAll(next.listening, keys)) serves(turn, next);
}

/** It has listened on nothing more for a while. */
export function quiet(turn: Turn, worker: Worker, count: number): void {
  if (worker.tag === 'booting' && worker.listening.length === count) serves(turn, worker);
}

export function released(turn: Turn, worker: Worker, key: Key): void {
  if (!('listening' in worker)) return;
  turns.putWorker(turn, { ...worker, listening: worker.listening.filter((other) => other !== key) });
}

/** What it listens on now is what it wants. */
export function settled(turn: Turn, worker: Worker): void {
  if (worker.tag !== 'booting') return;
  if (worker.listening.length > 0 || required(turn, worker.generation).length === 0) serves(turn, worker);
}

/** It has all that it should listen on. */
function serves(turn: Turn, worker: Worker): void {
  if (turn.state.settings.readiness === 'listening' && worker.tag === 'booting' && !worker.held) ready(turn, worker);
}

/** The app itself says that it needs time. Once it needs no more, what it listens on decides as ever. */
export function holds(turn: Turn, worker: Worker, held: boolean): void {
  if (worker.tag !== 'booting') return;
  const next = { ...worker, held };
  turns.putWorker(turn, next);
  if (held) return;
  if (next.evaluated) turns.arm(turn, { tag: 'settled', worker: next.id }, SETTLE);
  if (next.listening.length > 0) listened(turn, next);
}

export function ready(turn: Turn, worker: Worker): void {
  if (worker.tag !== 'booting') return;
  const { id, generation, listening } = worker;
  const owner = turns.generationOf(turn, generation);
  if (owner?.tag === 'down') turns.emit(turn, { type: 'route', generation });
  else if (owner?.tag !== 'live') {
    turns.putWorker(turn, { tag: 'ready', id, generation, listening });
    return;
  }
  turns.putWorker(turn, { tag: 'live', id, generation, listening });
  turns.emit(turn, { type: 'go', worker: id });
  if (owner.tag === 'down') return;
  refillLater(turn);
  const crash = owner.crashes.at(-1) ?? turn.at;
  turns.report(turn, { type: 'respawned', generation, ms: turn.at - crash });
}

/** What a worker of `generation` is to listen on: all that its siblings do, or else that the live generation does. */
export function required(turn: Turn, generation: number): readonly Key[] {
  const live = turns.current(turn);
  const siblings = turns.workersOf(turn, generation, 'ready', 'live');
  const models = siblings.length === 0 && live?.tag === 'live' ? turns.workersOf(turn, live.id, 'live') : siblings;
  // A worker that crashed has listened, and its successor will.
  if (models.length === 0 && live?.tag === 'live') return live.lost;
  return models.flatMap((worker) => ('listening' in worker ? worker.listening : []));
}

function hasAll(listening: readonly Key[], keys: readonly Key[]): boolean {
  return keys.every((key) => listening.includes(key));
}
