import type { BootFailure } from '../events.js';
import type { Key, Outage } from '../protocol/messages.js';
import { giveUp } from './give-up.js';
import { holdBack, isHeldBack, refillLater, spent } from './standbys.js';
import type { Bundle, Changes, Generation, Worker } from './state.js';
import * as turns from './turn.js';
import type { Turn } from './turn.js';

/** What an app has evaluated this long ago and does not listen on yet, it may never listen on, in ms. */
export const SETTLE = 500;

/** The servers of an app listen one after the other; so long after the last one it has them all, in ms. */
const QUIET = 25;

/** How long a probed worker may take to answer before its event loop is taken for blocked, in ms. */
const PROBE = 500;

/** What is down is tried again after this time where nobody edits, in ms. */
const RETRY = 5_000;

/** A generation that still boots when a newer one begins gives way. */
export function begin(turn: Turn, bundle: Bundle, changes: Changes): void {
  for (const older of turn.state.generations) if (isPending(older)) abandon(turn, older);
  const id = turn.state.lastGeneration + 1;
  turn.state = { ...turn.state, lastGeneration: id };
  const old = turns.current(turn);
  const stopFirst = old?.tag === 'live' && old.lost.length === 0 && !hasServer(turn, old.id);
  if (stopFirst) retireNow(turn, old);
  if (old?.tag === 'done') turns.dropGeneration(turn, old.id);
  turns.putGeneration(turn, { tag: 'waiting', id, bundle, changes });
}

export function isPending(generation: Generation): boolean {
  return generation.tag === 'waiting' || generation.tag === 'booting';
}

function retireNow(turn: Turn, old: Generation): void {
  turns.putGeneration(turn, { tag: 'retiring', id: old.id, bundle: old.bundle, changes: old.changes, told: false });
  for (const worker of turns.workersOf(turn, old.id)) turns.terminate(turn, worker);
}

/** Whether some worker of this generation listens. */
function hasServer(turn: Turn, generation: number): boolean {
  return turns.workersOf(turn, generation).some((worker) => 'listening' in worker && worker.listening.length > 0);
}

/** Ends a generation that never became ready. Processes without an app stay as standbys. */
export function abandon(turn: Turn, generation: Generation): void {
  release(turn, generation);
  turns.dropGeneration(turn, generation.id);
}

/** Ends what of it does not serve yet. */
export function release(turn: Turn, generation: Generation): void {
  for (const worker of turns.workersOf(turn, generation.id, 'spawned', 'booting', 'ready')) {
    if (worker.tag === 'spawned') turns.putWorker(turn, { ...worker, generation: null });
    else turns.kill(turn, worker);
  }
}

export function fail(turn: Turn, generation: Generation, reason: BootFailure): void {
  const bound = hasServer(turn, generation.id);
  abandon(turn, generation);
  refillLater(turn);
  if (bound && turns.current(turn) === undefined && turn.state.settings.mode === 'dev') {
    const detail = reason.tag === 'threw' ? reason.error.text : '';
    goDown(turn, generation, { reason: `#${generation.id} failed while booting`, detail, known: true });
  }
  turns.report(turn, { type: 'boot-failed', generation: generation.id, reason, live: turns.serving(turn) });
  const current = turns.current(turn);
  if (current === undefined) giveUp(turn, 1);
  else if (current.tag === 'down') retryLater(turn, current);
}

/** Nobody will edit what is down under `zdr start`. */
function retryLater(turn: Turn, { id }: Generation): void {
  if (turn.state.settings.mode === 'start') turns.arm(turn, { tag: 'respawn', generation: id }, RETRY);
}

/** It cannot run before the next edit. Clients are held meanwhile by a worker that has no app. */
export function goDown(turn: Turn, { id, bundle, changes }: Generation, outage: Outage): void {
  turns.putGeneration(turn, { tag: 'down', id, bundle, changes, outage });
  engage(turn, id, bundle);
  // The next edit is not to wait for a process.
  if (turn.state.settings.mode === 'dev') turns.fork(turn, null);
  else turns.arm(turn, { tag: 'respawn', generation: id }, RETRY);
}

/** Rule: a waiting generation boots once nothing without a server runs beside it, and a series of saves is over. */
export function startWaiting(turn: Turn): void {
  for (const generation of turn.state.generations) {
    if (generation.tag !== 'waiting') continue;
    const busy = turn.state.generations.some(
      (older) => older.tag === 'retiring' && turns.workersOf(turn, older.id).length > 0 && !older.told,
    );
    if (busy || turns.rolling(turn) !== undefined) continue;
    if (isHeldBack(turn)) {
      holdBack(turn);
      continue;
    }
    turns.putGeneration(turn, { ...generation, tag: 'booting' });
    turns.arm(turn, { tag: 'boot', generation: generation.id }, turn.state.settings.boot);
    engage(turn, generation.id, generation.bundle);
  }
}

/** Rule: the first worker of a generation binds what is new; the others boot when it is ready, and share it. */
export function startOthers(turn: Turn): void {
  for (const generation of turn.state.generations) {
    if (generation.tag !== 'booting' || turns.workersOf(turn, generation.id, 'ready').length === 0) continue;
    const missing = turn.state.settings.workers - turns.workersOf(turn, generation.id).length;
    for (let n = 0; n < missing; n += 1) engage(turn, generation.id, generation.bundle);
  }
}

/** Gives a worker to a generation: a standby, else one that is being started, else a new one. */
export function engage(turn: Turn, generation: number, bundle: Bundle): void {
  const standby = turn.state.workers.find((worker) => worker.tag === 'standby');
  if (standby !== undefined) return load(turn, standby, generation, bundle);
  const spawned = turn.state.workers.find((worker) => worker.tag === 'spawned' && worker.generation === null);
  if (spawned?.tag === 'spawned') turns.putWorker(turn, { ...spawned, generation });
  else turns.fork(turn, generation);
}

/** The process has booted: it waits as a standby, or gets the app at once. */
export function up(turn: Turn, worker: Worker): void {
  if (worker.tag !== 'spawned') return;
  const generation = turns.generationOf(turn, worker.generation);
  if (generation === undefined) turns.putWorker(turn, { tag: 'standby', id: worker.id });
  else load(turn, worker, generation.id, generation.bundle);
}

function load(turn: Turn, worker: Worker, generation: number, bundle: Bundle): void {
  turns.putWorker(turn, {
    tag: 'booting',
    id: worker.id,
    generation,
    listening: [],
    // What has just booted turns.
    unheard: worker.tag === 'standby',
    evaluated: false,
    held: false,
  });
  const owner = turns.generationOf(turn, generation);
  if (owner?.tag === 'down') {
    turns.emit(turn, { type: 'hold-out', worker: worker.id, outage: owner.outage });
    return;
  }
  spent(turn);
  turns.emit(turn, { type: 'load', worker: worker.id, generation, bundle });
  if (owner?.tag === 'live' || owner?.tag === 'rolling')
    turns.arm(turn, { tag: 'revive', worker: worker.id }, turn.state.settings.boot);
}

export function begun(turn: Turn, worker: Worker): void {
  if (worker.tag === 'booting') turns.putWorker(turn, { ...worker, unheard: false });
}

export function evaluated(turn: Turn, worker: Worker): void {
  if (worker.tag !== 'booting') return;
  turns.putWorker(turn, { ...worker, evaluated: true });
  turns.arm(turn, { tag: 'settled', worker: worker.id }, SETTLE);
}

export function listens(turn: Turn, worker: Worker, key: Key): void {
  if (!('listening' in worker) || worker.listening.includes(key)) return;
  const next = { ...worker, listening: [...worker.listening, key] };
  turns.putWorker(turn, next);
  if (next.tag === 'booting') listened(turn, next);
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
function required(turn: Turn, generation: number): readonly Key[] {
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

/** The generation had its time. Whether its event loop turns tells a slow start from a hung one. */
export function late(turn: Turn, generation: Generation): void {
  if (generation.tag !== 'booting') return;
  for (const worker of turns.workersOf(turn, generation.id, 'booting')) {
    turns.emit(turn, { type: 'probe', worker: worker.id });
  }
  turns.arm(turn, { tag: 'probe', generation: generation.id }, PROBE);
}

/** It answers. Where nothing else serves, an app may take its time, or may have no server at all. */
export function probed(turn: Turn, worker: Worker): void {
  if (worker.tag !== 'booting') return;
  const generation = turns.generationOf(turn, worker.generation);
  if (generation?.tag !== 'booting') return;
  const { mode, readiness, boot } = turn.state.settings;
  const alone = readiness === 'listening' && required(turn, generation.id).length === 0;
  // It says by itself when it can.
  if (alone && worker.held && mode === 'dev') return;
  if (alone && !worker.held) ready(turn, worker);
  else fail(turn, generation, { tag: 'silent', ms: boot, blocked: false });
}

export function silent(turn: Turn, generation: Generation): void {
  if (generation.tag !== 'booting' || replaceUnheard(turn, generation)) return;
  fail(turn, generation, { tag: 'silent', ms: turn.state.settings.boot, blocked: true });
}

/** It is not the app that hangs but the process that was to get it: a new one does, once, with all the time there is. */
function replaceUnheard(turn: Turn, generation: Extract<Generation, { tag: 'booting' }>): boolean {
  const { id, again } = generation;
  const unheard = turns
    .workersOf(turn, id, 'spawned', 'booting')
    .filter((worker) => worker.tag === 'spawned' || (worker.tag === 'booting' && worker.unheard));
  if (again || unheard.length === 0) return false;
  for (const worker of unheard) {
    turns.kill(turn, worker);
    turns.fork(turn, id);
  }
  turns.putGeneration(turn, { ...generation, again: true });
  turns.arm(turn, { tag: 'boot', generation: id }, turn.state.settings.boot);
  return true;
}
