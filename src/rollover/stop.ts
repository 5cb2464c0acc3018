import { abandon, isPending, serveBefore } from './boot.js';
import { tellStop } from './drain.js';
import * as turns from './turn.js';
import type { Turn } from './turn.js';

/** If nothing was found open by then, the stop is reported all the same, in ms. */
const TELL = 150;

/** Stops: what is open is finished first; `force` does not wait. */
export function stop(turn: Turn, force: boolean): void {
  const { phase } = turn.state;
  if (phase.tag === 'stopped') return;
  // What it answers is finished, too.
  if (phase.tag === 'running' && !force)
    for (const generation of turn.state.generations) if (isPending(generation)) serveBefore(turn, generation);
  turn.state = {
    ...turn.state,
    phase: { tag: 'stopping', told: phase.tag === 'stopping' && phase.told, forced: force, code: force ? 1 : 0 },
  };
  if (force) {
    for (const worker of turn.state.workers) turns.kill(turn, worker);
    return;
  }
  if (phase.tag === 'stopping') return;
  for (const generation of turn.state.generations) if (isPending(generation)) abandon(turn, generation);
  for (const worker of turn.state.workers) {
    switch (worker.tag) {
      case 'spawned':
      case 'standby':
      case 'booting':
      case 'ready':
        turns.kill(turn, worker);
        break;
      case 'live':
        turns.putWorker(turn, { ...worker, tag: 'cutting' });
        turns.emit(turn, { type: 'cut', worker: worker.id, move: false });
        turns.emit(turn, { type: 'end', worker: worker.id, polite: true });
        turns.arm(turn, { tag: 'stuck', worker: worker.id }, turns.RETIRE);
        break;
      case 'cutting':
      case 'draining':
      case 'relaying':
        turns.emit(turn, { type: 'end', worker: worker.id, polite: true });
        break;
      case 'retiring':
      case 'killed':
        break;
    }
  }
  turns.arm(turn, { tag: 'stopping' }, TELL);
  turns.arm(turn, { tag: 'stop' }, turn.state.settings.drain);
}

/** Nothing was open, yet it takes a while: say so. */
export function slow(turn: Turn): void {
  tellStop(turn, []);
}

/** The deadline of the stop. */
export function late(turn: Turn): void {
  if (turn.state.phase.tag !== 'stopping') return;
  for (const worker of turn.state.workers) {
    turns.emit(turn, { type: 'end', worker: worker.id, polite: false });
    turns.arm(turn, { tag: 'retire', worker: worker.id }, turns.RETIRE);
  }
}

/** Rule: the last process has ended. */
export function finish(turn: Turn): void {
  const { phase, workers } = turn.state;
  if (phase.tag !== 'stopping' || workers.length > 0) return;
  turn.state = { ...turn.state, phase: { tag: 'stopped' }, generations: [] };
  turns.report(turn, { type: 'stopped', forced: phase.forced });
  turns.emit(turn, { type: 'exit', code: phase.code });
}
