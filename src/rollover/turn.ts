import type { ZdrEvent } from '../events.js';
import type { Effect } from './effects.js';
import type { Timer } from './events.js';
import type { Generation, State, Worker } from './state.js';

/** One step while it is worked out: the state so far and the effects so far. Lives no longer than the step. */
export interface Turn {
  state: State;
  readonly effects: Effect[];
  readonly at: number;
}

export type TagOf<Union extends { readonly tag: string }> = Union['tag'];

export function emit(turn: Turn, effect: Effect): void {
  turn.effects.push(effect);
}

export function report(turn: Turn, event: ZdrEvent): void {
  emit(turn, { type: 'report', event });
}

export function arm(turn: Turn, timer: Timer, ms: number): void {
  emit(turn, { type: 'timer', timer, ms });
}

export function workerOf(turn: Turn, id: number): Worker | undefined {
  return turn.state.workers.find((worker) => worker.id === id);
}

export function putWorker(turn: Turn, worker: Worker): void {
  const others = turn.state.workers.some(({ id }) => id === worker.id);
  const workers = others
    ? turn.state.workers.map((old) => (old.id === worker.id ? worker : old))
    : [...turn.state.workers, worker];
  turn.state = { ...turn.state, workers };
}

export function dropWorker(turn: Turn, id: number): void {
  turn.state = { ...turn.state, workers: turn.state.workers.filter((worker) => worker.id !== id) };
}

export function generationOf(turn: Turn, id: number | null): Generation | undefined {
  return turn.state.generations.find((generation) => generation.id === id);
}

export function putGeneration(turn: Turn, generation: Generation): void {
  const known = turn.state.generations.some(({ id }) => id === generation.id);
  const generations = known
    ? turn.state.generations.map((old) => (old.id === generation.id ? generation : old))
    : [...turn.state.generations, generation];
  turn.state = { ...turn.state, generations };
}

export function dropGeneration(turn: Turn, id: number): void {
  turn.state = { ...turn.state, generations: turn.state.generations.filter((generation) => generation.id !== id) };
}

/** The workers of a generation; with tags, those in one of these states. */
export function workersOf(turn: Turn, generation: number, ...tags: readonly TagOf<Worker>[]): readonly Worker[] {
  return turn.state.workers.filter(
    (worker) =>
      worker.tag !== 'standby' && worker.generation === generation && (tags.length === 0 || tags.includes(worker.tag)),
  );
}

/** The generation that new requests go to, or would if it had a worker. */
export function current(turn: Turn): Extract<Generation, { tag: 'live' | 'down' | 'done' }> | undefined {
  for (const generation of turn.state.generations) {
    if (generation.tag === 'live' || generation.tag === 'down' || generation.tag === 'done') return generation;
  }
  return undefined;
}

/** The generation that is replacing the live one worker by worker. */
export function rolling(turn: Turn): Extract<Generation, { tag: 'rolling' }> | undefined {
  for (const generation of turn.state.generations) if (generation.tag === 'rolling') return generation;
  return undefined;
}

/** The workers of a generation that serve or are about to. */
export function able(turn: Turn, generation: number): readonly Worker[] {
  return workersOf(turn, generation, 'spawned', 'booting', 'ready', 'live');
}

/** The number to name as the one that goes on serving. */
export function serving(turn: Turn): number | null {
  const generation = current(turn);
  return generation?.tag === 'live' ? generation.id : null;
}

/** SIGKILL, whatever it is doing. */
export function kill(turn: Turn, worker: Worker): void {
  if (worker.tag === 'killed') return;
  putWorker(turn, { tag: 'killed', id: worker.id, generation: worker.tag === 'standby' ? null : worker.generation });
  emit(turn, { type: 'kill', worker: worker.id });
}

/** How long a process may take to be up, in ms: longer than on a machine that is very busy. */
const UP = 30_000;

/** Starts a process; `idle`: ahead of its time. */
export function fork(turn: Turn, generation: number | null, idle = false): void {
  const id = turn.state.lastWorker + 1;
  turn.state = { ...turn.state, lastWorker: id };
  putWorker(turn, { tag: 'spawned', id, generation });
  emit(turn, { type: 'fork', worker: id, idle });
  arm(turn, { tag: 'up', worker: id }, UP);
}

/** The app is told to end; what has not ended after {@link RETIRE} is killed. */
export function terminate(turn: Turn, worker: Worker): void {
  if (worker.tag === 'killed' || worker.tag === 'retiring') return;
  if (worker.tag === 'spawned' || worker.tag === 'standby') return kill(turn, worker);
  putWorker(turn, { tag: 'retiring', id: worker.id, generation: worker.generation, listening: worker.listening });
  emit(turn, { type: 'terminate', worker: worker.id });
  arm(turn, { tag: 'retire', worker: worker.id }, RETIRE);
}

/** How long the app's own SIGTERM handlers may take, in ms. */
export const RETIRE = 5_000;
