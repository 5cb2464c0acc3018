import type { ExitCode } from './state.js';
import * as turns from './turn.js';
import type { Turn } from './turn.js';

/** `zdr start`: the first build or boot failed, or a script is done. Nobody is there to change anything. */
export function giveUp(turn: Turn, code: ExitCode): void {
  if (turn.state.settings.mode === 'dev' || turn.state.phase.tag !== 'running') return;
  turn.state = { ...turn.state, phase: { tag: 'stopping', told: true, forced: false, code } };
  for (const worker of turn.state.workers) turns.kill(turn, worker);
}
