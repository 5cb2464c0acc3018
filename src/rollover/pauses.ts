import { SETTLE } from './boot.js';
import type { Timer } from './events.js';
import type { Pause } from './state.js';
import * as turns from './turn.js';
import type { Turn } from './turn.js';

/** Somebody looks at what this worker does: it has all the time there is. */
export function paused(turn: Turn, worker: number): void {
  put(turn, { tag: 'paused', worker });
}

export function resumed(turn: Turn, worker: number): void {
  put(turn, { tag: 'resumed', worker, at: turn.at });
}

function put(turn: Turn, pause: Pause): void {
  forget(turn, pause.worker);
  turn.state = { ...turn.state, pauses: [...turn.state.pauses, pause] };
}

export function forget(turn: Turn, worker: number): void {
  turn.state = { ...turn.state, pauses: turn.state.pauses.filter((pause) => pause.worker !== worker) };
}

export function isPaused(turn: Turn, worker: number): boolean {
  return turn.state.pauses.some((pause) => pause.tag === 'paused' && pause.worker === worker);
}

/** Whether one of the generation's workers stands still in the debugger. */
export function isHeld(turn: Turn, generation: number): boolean {
  return turns.workersOf(turn, generation).some(({ id }) => isPaused(turn, id));
}

/** A deadline of a worker that stands still, or did when it was set, is set anew. True: the timer is to be ignored. */
export function postponed(turn: Turn, timer: Timer): boolean {
  // Zdr ends: nobody debugs any more.
  if (turn.state.phase.tag !== 'running') return false;
  const ms = durationOf(turn, timer);
  if (ms === null) return false;
  const workers =
    'worker' in timer
      ? [timer.worker]
      : 'generation' in timer
        ? turns.workersOf(turn, timer.generation).map(({ id }) => id)
        : [];
  const left = turn.state.pauses.flatMap((pause) => {
    if (!workers.includes(pause.worker)) return [];
    return pause.tag === 'paused' ? ms : pause.at + ms - turn.at;
  });
  const longest = Math.max(0, ...left);
  if (longest === 0) return false;
  turns.arm(turn, timer, Math.min(longest, ms));
  return true;
}

/** How long a timer is that ends something; null for the others. */
function durationOf(turn: Turn, timer: Timer): number | null {
  const { boot, drain } = turn.state.settings;
  switch (timer.tag) {
    case 'boot':
    case 'probe':
    case 'revive':
    case 'stuck':
      return boot;
    case 'drain':
      return drain;
    case 'retire':
      return turns.RETIRE;
    case 'settled':
      return SETTLE;
    case 'quiet':
    case 'cut':
    case 'tell':
    case 'respawn':
    case 'tell-failure':
    case 'stopping':
    case 'stop':
      return null;
  }
}
