import { constants } from 'node:os';
import { isOrphaned } from './foreground.js';

type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/**
 * One Ctrl-C under `npm run` can arrive twice: from the terminal, and from npm, which passes it on (12 ms later where
 * npm's shell is bash). Within this time, in ms, the same signal is the same press; nobody presses twice that fast.
 */
const same = 100;

/** What zdr does at a signal. */
export interface SignalActions {
  /** The first signal asks with `force` false, a second one with true. Null: the key for it. */
  stop(force: boolean, signal: StopSignal | null): void;
  reload(): void;
  /** The terminal's stop (Ctrl-Z). Returns when somebody has continued the process. */
  suspend(): void;
  /** Somebody has continued it, perhaps in the background. */
  continued(): void;
}

/** Listens until the process ends. A third signal leaves at once, with the signal's exit code. Gives what a key for it does. */
export function onSignals(actions: SignalActions): () => void {
  let stage: 'serving' | 'stopping' | 'forced' = 'serving';
  let last: { readonly signal: StopSignal; readonly at: number } | null = null;
  const next = (signal: StopSignal | null): void => {
    switch (stage) {
      case 'serving':
        stage = 'stopping';
        return actions.stop(false, signal);
      case 'stopping':
        stage = 'forced';
        return actions.stop(true, signal);
      case 'forced':
        return process.exit(exitCodeOf(signal ?? 'SIGINT'));
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      const at = performance.now();
      const echo = last !== null && last.signal === signal && at - last.at < same;
      last = { signal, at };
      if (!echo) next(signal);
    });
  process.on('SIGUSR2', () => actions.reload());
  if (process.platform !== 'win32') {
    process.on('SIGTSTP', () => {
      if (!isOrphaned()) actions.suspend();
    });
    process.on('SIGCONT', () => actions.continued());
  }
  return () => next(null);
}

/** 130, 143, 129: what a shell says of a process that a signal ended. */
export function exitCodeOf(signal: StopSignal): number {
  return 128 + constants.signals[signal];
}
