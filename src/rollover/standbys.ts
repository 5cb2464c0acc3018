import * as turns from './turn.js';
import type { Turn } from './turn.js';

/** The next standby is started so long after a handover, in ms: the first answers come first. */
const LATER = 30;

/** A save so soon after a process got its app is one of a series, in ms. */
const QUICK = 300;

/** A series of saves is over when nothing was saved for so long, in ms. */
const PAUSE = 35;

/** A timer that is late by more than this shows that nothing was heard meanwhile, in ms. */
const BUSY = 5;

/** For so long after the last series another one is expected, in ms. */
const CALM = 300_000;

/** More than this are not kept, however many workers a generation has. */
const MOST = 4;

/** Something was saved. */
export function saved(turn: Turn): void {
  if (turn.state.settings.mode === 'start') return;
  const { pace } = turn.state;
  const quick = turn.at - pace.loaded < QUICK;
  turn.state = { ...turn.state, pace: { ...pace, changed: turn.at, quick: quick ? turn.at : pace.quick } };
  if (!quick) return;
  // One timer for all saves of a series.
  if (turn.at - pace.quick >= CALM) turns.arm(turn, { tag: 'calm' }, CALM);
}

/** A process got the app. */
export function spent(turn: Turn): void {
  turn.state = { ...turn.state, pace: { ...turn.state.pace, loaded: turn.at } };
}

/**
 * In a series of saves each new one would make the process that boots the one before worthless, and a new process takes
 * longer than the series' next save. So the last standby is kept for the last save.
 */
export function isHeldBack(turn: Turn): boolean {
  if (turn.state.settings.mode === 'start') return false;
  const { changed, loaded, again } = turn.state.pace;
  const ready = turn.state.workers.filter(({ tag }) => tag === 'standby').length;
  return ready < 2 && turn.at - loaded < QUICK && (turn.at - changed < PAUSE || turn.at < again);
}

/** What is held back is looked at again when the pause may be over. One timer for all that is saved until then. */
export function holdBack(turn: Turn): void {
  const { changed, again } = turn.state.pace;
  if (turn.at >= again) lookAgain(turn, Math.max(1, changed + PAUSE - turn.at));
}

/** The pause may be over. Where the timer is late, so is the news of what was saved: that comes first. */
export function paused(turn: Turn): void {
  const { again } = turn.state.pace;
  // It is not the last one that was armed. (A timer may be up to a millisecond early.)
  if (turn.at < again - 1) return;
  if (turn.at - again > BUSY) lookAgain(turn, BUSY);
  else turn.state = { ...turn.state, pace: { ...turn.state.pace, again: turn.at } };
}

function lookAgain(turn: Turn, ms: number): void {
  turn.state = { ...turn.state, pace: { ...turn.state.pace, again: turn.at + ms } };
  turns.arm(turn, { tag: 'pause' }, ms);
}

export function refillLater(turn: Turn): void {
  // Who serves without edits has no use for standbys.
  if (turn.state.settings.mode === 'start') return;
  turns.arm(turn, { tag: 'refill' }, LATER);
}

/** One for each worker of a generation; one more while saves come in series. */
export function refill(turn: Turn): void {
  if (turn.state.phase.tag !== 'running') return;
  const idle = turn.state.workers.filter(isIdle).length;
  for (let n = idle; n < wanted(turn); n += 1) turns.fork(turn, null, true);
}

/** What was kept for a series that did not come is ended. */
export function calm(turn: Turn): void {
  const left = turn.state.pace.quick + CALM - turn.at;
  if (left > 0) return turns.arm(turn, { tag: 'calm' }, left);
  for (const worker of turn.state.workers.filter(isIdle).slice(wanted(turn))) turns.kill(turn, worker);
}

function wanted(turn: Turn): number {
  const { settings, pace } = turn.state;
  return Math.min(settings.workers, MOST) + (turn.at - pace.quick < CALM ? 1 : 0);
}

/** The processes that have no app yet would not be what a start is now. */
export function renew(turn: Turn): void {
  const idle = turn.state.workers.filter(isIdle);
  for (const worker of idle) turns.kill(turn, worker);
  if (idle.length > 0 && turn.state.phase.tag === 'running') turns.fork(turn, null);
}

function isIdle(worker: Turn['state']['workers'][number]): boolean {
  return worker.tag === 'standby' || (worker.tag === 'spawned' && worker.generation === null);
}
