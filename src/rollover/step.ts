import {
  abandon,
  begun,
  fail,
  late as bootLate,
  probed,
  silent,
  startOthers,
  startWaiting,
  unstarted,
  up,
} from './boot.js';
import { evaluated, holds, listens, quiet, ready, released, settled } from './ready.js';
import { buildFailed, built, bundlesOf, changed, tellFailure } from './builds.js';
import { clear, cut, deadline, drained, open, tell, relays } from './drain.js';
import type { Effect } from './effects.js';
import type { RolloverEvent, Timer } from './events.js';
import { exited, neverUp, replace, respawn } from './exits.js';
import { cutLate, goLive, takeOver } from './handover.js';
import { pause, resume, saved } from './pause.js';
import { continued, halted, postponed } from './halts.js';
import { finishReverting, revert, roll, startRolling } from './roll.js';
import { calm, paused, refill, renew } from './standbys.js';
import type { Settings, State, Worker } from './state.js';
import { finish, late as stopLate, slow, stop } from './stop.js';
import * as turns from './turn.js';
import type { Turn } from './turn.js';

export function initial(settings: Settings): State {
  return {
    settings,
    phase: { tag: 'running' },
    build: { tag: 'idle' },
    pause: { tag: 'watching' },
    generations: [],
    workers: [],
    halts: [],
    pace: { changed: -Infinity, loaded: -Infinity, quick: -Infinity, again: -Infinity },
    lastGeneration: 0,
    lastWorker: 0,
  };
}

/**
 * The whole behaviour of zdr: what follows from an event. Pure: the same state and event always give the same.
 * Invariant: at most one generation is live, and there is never a moment at which an older one may answer a request
 * that was sent after a newer one was reported live.
 */
export function step(state: State, event: RolloverEvent): readonly [State, readonly Effect[]] {
  const turn: Turn = { state, effects: [], at: event.at };
  handle(turn, event);
  advance(turn);
  const kept = bundlesOf(turn.state.generations);
  for (const [file, bundle] of bundlesOf(state.generations)) {
    if (!kept.has(file)) turns.emit(turn, { type: 'discard', bundle });
  }
  return [turn.state, turn.effects];
}

function handle(turn: Turn, event: RolloverEvent): void {
  if ('worker' in event) return handleWorker(turn, event);
  switch (event.type) {
    case 'started':
      for (let n = 0; n < turn.state.settings.workers; n += 1) turns.fork(turn, null);
      return changed(turn, [], false);
    case 'changed':
      return saved(turn, event.paths, event.always);
    case 'pause':
      return pause(turn);
    case 'resume':
      return resume(turn);
    case 'end-draining':
      for (const generation of turn.state.generations) deadline(turn, generation, true);
      return;
    case 'built':
      return built(turn, event.bundle);
    case 'build-failed':
      return buildFailed(turn, event.errors);
    case 'settings':
      turn.state = { ...turn.state, settings: event.settings };
      return;
    case 'standby-stale':
      return renew(turn);
    case 'time':
      return elapsed(turn, event.timer);
    case 'stop':
      return stop(turn, event.force);
  }
}

function handleWorker(turn: Turn, event: Extract<RolloverEvent, { readonly worker: number }>): void {
  const worker = turns.workerOf(turn, event.worker);
  if (worker === undefined) return;
  switch (event.type) {
    case 'worker-standby':
      return up(turn, worker);
    case 'worker-stale':
      return replace(turn, worker);
    case 'worker-listening':
      return listens(turn, worker, event.key, event.more === true);
    case 'worker-released':
      return released(turn, worker, event.key);
    case 'worker-begun':
      return begun(turn, worker);
    case 'worker-evaluated':
      return evaluated(turn, worker);
    case 'worker-said-ready':
      return ready(turn, worker);
    case 'worker-holds':
      return holds(turn, worker, event.held);
    case 'worker-failed': {
      if (worker.tag === 'standby') return;
      const generation = turns.generationOf(turn, worker.generation);
      const reason = { tag: 'threw', error: event.error } as const;
      if (generation?.tag === 'booting') return fail(turn, generation, reason);
      if (generation?.tag === 'rolling') return revert(turn, generation, reason);
      if (worker.tag !== 'booting' || generation?.tag !== 'live') return;
      turns.putGeneration(turn, { ...generation, error: event.error });
      return turns.report(turn, { type: 'boot-failed', generation: generation.id, reason, live: null });
    }
    case 'worker-unfit': {
      const generation = worker.tag === 'booting' ? turns.generationOf(turn, worker.generation) : undefined;
      if (generation?.tag !== 'booting') return;
      abandon(turn, generation);
      return changed(turn, generation.changes.paths, true);
    }
    case 'worker-probed':
      return probed(turn, worker);
    case 'worker-halted':
      return halted(turn, worker.id);
    case 'worker-continued':
      return continued(turn, worker.id);
    case 'worker-cut':
      return cut(turn, worker);
    case 'worker-relays':
      return relays(turn, worker);
    case 'worker-drained':
      return drained(turn, worker);
    case 'worker-open':
      return open(turn, worker, event.open);
    case 'worker-exited':
      return exited(turn, worker, event.exit);
  }
}

function elapsed(turn: Turn, timer: Timer): void {
  if (postponed(turn, timer)) return;
  if ('worker' in timer) {
    const worker = turns.workerOf(turn, timer.worker);
    if (worker === undefined) return;
    if (timer.tag === 'settled') return settled(turn, worker);
    if (timer.tag === 'quiet') return quiet(turn, worker, timer.count);
    if (timer.tag === 'stuck' && worker.tag !== 'cutting') return;
    if (timer.tag === 'up') return neverUp(turn, worker);
    if (timer.tag === 'revive' && !reviving(turn, worker)) return;
    return turns.kill(turn, worker);
  }
  if (timer.tag === 'refill') return refill(turn);
  if (timer.tag === 'calm') return calm(turn);
  // What waits for it is found by the rules.
  if (timer.tag === 'pause') return paused(turn);
  if (timer.tag === 'tell-failure') return tellFailure(turn, timer.since);
  if (timer.tag === 'stopping') return slow(turn);
  if (timer.tag === 'stop') return stopLate(turn);
  const generation = turns.generationOf(turn, timer.generation);
  if (generation === undefined) return;
  switch (timer.tag) {
    case 'start':
      return unstarted(turn, generation);
    case 'boot':
      return bootLate(turn, generation);
    case 'probe':
      return silent(turn, generation);
    case 'cut':
      return cutLate(turn, generation);
    case 'tell':
      return tell(turn, generation);
    case 'drain':
      return deadline(turn, generation);
    case 'respawn':
      return respawn(turn, generation.id);
  }
}

/** Whether this worker is to be killed because it took too long: one of a rolling generation takes that along. */
function reviving(turn: Turn, worker: Worker): boolean {
  if (worker.tag !== 'booting') return false;
  const generation = turns.generationOf(turn, worker.generation);
  if (generation?.tag !== 'rolling') return true;
  revert(turn, generation, { tag: 'silent', ms: turn.state.settings.boot, blocked: false });
  return false;
}

/** What follows from the state alone, until nothing more does. */
function advance(turn: Turn): void {
  for (let before: State | null = null; before !== turn.state;) {
    before = turn.state;
    if (turn.state.phase.tag === 'running') {
      startWaiting(turn);
      startRolling(turn);
      roll(turn);
      finishReverting(turn);
      startOthers(turn);
      takeOver(turn);
      goLive(turn);
    }
    clear(turn);
    finish(turn);
  }
}
