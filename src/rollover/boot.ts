import type { BootFailure } from '../events.js';
import type { Outage } from '../protocol/messages.js';
import { giveUp } from './give-up.js';
import { become } from './handover.js';
import { ready, required } from './ready.js';
import { holdBack, isHeldBack, refillLater, spent } from './standbys.js';
import type { Bundle, Changes, Generation, Worker } from './state.js';
import * as turns from './turn.js';
import type { Turn } from './turn.js';

/** How long a probed worker may take to answer before its event loop is taken for blocked, in ms. */
const PROBE = 500;

/** How long a process may take to start before the app's own time begins, in ms: that of a machine that is very busy. */
const START = 10_000;

/** What is down is tried again after this time where nobody edits, in ms. */
const RETRY = 5_000;

/** A generation that still boots when a newer one begins gives way. */
export function begin(turn: Turn, bundle: Bundle, changes: Changes): void {
  for (const older of turn.state.generations) if (isPending(older) && !serveBefore(turn, older)) abandon(turn, older);
  const id = turn.state.lastGeneration + 1;
  turn.state = { ...turn.state, lastGeneration: id };
  const old = turns.current(turn);
  const stopFirst = old?.tag === 'live' && old.lost.length === 0 && !hasServer(turn, old.id);
  if (stopFirst) retireNow(turn, old);
  if (old?.tag === 'done') turns.dropGeneration(turn, old.id);
  turns.putGeneration(turn, { tag: 'waiting', id, bundle, changes });
}

/**
 * What nobody has bound before accepts connections as soon as it is, as under node, whether the app says that it is ready or
 * not. So a first generation whose workers listen serves, and is cut like any other. False: it does not, or not yet with
 * all of them.
 */
export function serveBefore(turn: Turn, first: Generation): boolean {
  const bound = turns
    .workersOf(turn, first.id, 'booting', 'ready')
    .flatMap((worker) => ('listening' in worker && worker.listening.length > 0 ? worker : []));
  if (turns.current(turn) !== undefined || bound.length < turn.state.settings.workers) return false;
  for (const { id, generation, listening } of bound) turns.putWorker(turn, { tag: 'ready', id, generation, listening });
  turns.emit(turn, { type: 'route', generation: first.id });
  become(turn, first);
  return true;
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
    else {
      turns.kill(turn, worker);
      refillLater(turn);
    }
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
  if (turn.state.settings.mode === 'dev') turns.fork(turn, null, true);
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
    turns.arm(turn, { tag: 'start', generation: generation.id }, START);
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
  // The app's time begins with the app: how long its process takes to start says nothing of it.
  if (owner?.tag === 'booting' && turns.workersOf(turn, generation, 'booting', 'ready').length === 1)
    turns.arm(turn, { tag: 'boot', generation }, turn.state.settings.boot);
  if (owner?.tag === 'live' || owner?.tag === 'rolling' || owner?.tag === 'taking')
    turns.arm(turn, { tag: 'revive', worker: worker.id }, turn.state.settings.boot);
}

export function begun(turn: Turn, worker: Worker): void {
  if (worker.tag === 'booting') turns.putWorker(turn, { ...worker, unheard: false });
}

/** The generation had its time. Whether its event loop turns tells a slow start from a hung one. */
export function late(turn: Turn, generation: Generation): void {
  if (generation.tag !== 'booting') return;
  for (const worker of turns.workersOf(turn, generation.id, 'booting')) {
    turns.emit(turn, { type: 'probe', worker: worker.id });
  }
  turns.arm(turn, { tag: 'probe', generation: generation.id }, PROBE);
}

/** The system has not even started a process for it. */
export function unstarted(turn: Turn, generation: Generation): void {
  const loaded = turns.workersOf(turn, generation.id).some(({ tag }) => tag !== 'spawned');
  if (generation.tag === 'booting' && !loaded && !replaceUnheard(turn, generation)) silent(turn, generation);
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

/**
 * It is not the app that hangs but the process that was to get it: a new one does, with all the time there is. What is
 * started for it gets one more chance.
 */
function replaceUnheard(turn: Turn, generation: Extract<Generation, { tag: 'booting' }>): boolean {
  const { id, again } = generation;
  const spawned = again ? [] : turns.workersOf(turn, id, 'spawned');
  const standbys = turns.workersOf(turn, id, 'booting').filter((worker) => worker.tag === 'booting' && worker.unheard);
  if (spawned.length + standbys.length === 0) return false;
  for (const worker of [...spawned, ...standbys]) {
    turns.kill(turn, worker);
    turns.fork(turn, id);
  }
  if (spawned.length > 0) turns.putGeneration(turn, { ...generation, again: true });
  turns.arm(turn, { tag: 'boot', generation: id }, START + turn.state.settings.boot);
  return true;
}
