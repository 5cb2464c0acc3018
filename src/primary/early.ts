import cluster from 'node:cluster';
import { isDeepStrictEqual } from 'node:util';
import { forkWith, type Forked, type Start } from './fork.js';
import { killGroup } from './processes.js';

/** A worker that was forked before it was known whether it will do. It ends with this process. */
export interface Early {
  /** Gives it where it still runs and is what is wanted; else it is ended. Null from the second call on. */
  take(start: Start): Forked | null;
}

/**
 * Forks the first worker: a process takes longer to boot than zdr's own code and the configuration to be read, and there
 * is more than one core. Null where the system has no process to give.
 */
export function forkEarly(start: Start): Early | null {
  const heard: object[] = [];
  const forked: Forked = { ...forkWith(start), heard };
  const { worker } = forked;
  /** What this process has in its environment, which another one would get. */
  const real = { ...process.env };
  const { pid } = worker.process;
  worker.on('error', () => {});
  const forget = (): void => void Reflect.deleteProperty(cluster.workers ?? {}, worker.id);
  if (pid === undefined) {
    forget();
    return null;
  }
  const hear = (message: object): void => void heard.push(message);
  worker.process.on('internalMessage', hear);
  const drop = (): void => {
    forget();
    killGroup(pid);
  };
  process.once('exit', drop);
  let taken = false;
  return {
    take(wanted) {
      if (taken) return null;
      taken = true;
      process.off('exit', drop);
      const { exitCode, signalCode } = worker.process;
      const fits = isDeepStrictEqual(start, wanted) && isDeepStrictEqual(real, { ...process.env });
      if (!fits || exitCode !== null || signalCode !== null) {
        drop();
        return null;
      }
      worker.process.off('internalMessage', hear);
      return forked;
    },
  };
}
