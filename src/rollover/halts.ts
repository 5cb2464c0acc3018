import { SETTLE } from './ready.js';
import type { Timer } from './events.js';
import type { Halt } from './state.js';
import * as turns from './turn.js';
import type { Turn } from './turn.js';

/** Somebody looks at what this worker does: it has all the time there is. */
export function halted(turn: Turn, worker: number): void {
  put(turn, { tag: 'halted', worker });
}

export function continued(turn: Turn, worker: number): void {
  put(turn, { tag: 'continued', worker, at: turn.at });
}

function put(turn: Turn, halt: Halt): void {
  forget(turn, halt.worker);
  turn.state = { ...turn.state, halts: [...turn.state.halts, halt] };
}

export function forget(turn: Turn, worker: number): void {
  turn.state = { ...turn.state, halts: turn.state.halts.filter((halt) => halt.worker !== worker) };
}

export function isHalted(turn: Turn, worker: number): boolean {
  return turn.state.halts.some((halt) => halt.tag === 'halted' && halt.worker === worker);
}

/** Whether one of the generation's workers stands still in the debugger. */
export function isHeld(turn: Turn, generation: number): boolean {
  return turns.workersOf(turn, generation).some(({ id }) => isHalted(turn, id));
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
  const left = turn.state.halts.flatMap((halt) => {
    if (!workers.includes(halt.worker)) return [];
    return halt.tag === 'halted' ? ms : halt.at + ms - turn.at;
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
    case 'start':
    case 'up':
    case 'quiet':
    case 'cut':
    case 'tell':
    case 'respawn':
    case 'refill':
    case 'pause':
    case 'calm':
    case 'tell-failure':
    case 'stopping':
    case 'stop':
      return null;
  }
}
