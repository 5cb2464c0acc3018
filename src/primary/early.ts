import cluster from 'node:cluster';
import { isDeepStrictEqual } from 'node:util';
import { forkWith, type Forked, type Start } from './fork.js';
import { killGroup } from './processes.js';

interface Early {
  readonly start: Start;
  /** What this process had in its environment then. */
  readonly real: NodeJS.ProcessEnv;
  readonly forked: Forked & { readonly heard: object[] };
  hear(message: object): void;
}

let early: Early | null = null;

/**
 * Forks the first worker before it is known whether it will do: a process takes longer to boot than zdr's own code and the
 * configuration to be read, and there is more than one core.
 */
export function forkEarly(start: Start): void {
  const forked = { ...forkWith(start), heard: [] as object[] };
  const { worker } = forked;
  worker.on('error', () => {});
  if (worker.process.pid === undefined) return forget(forked);
  const hear = (message: object): void => void forked.heard.push(message);
  worker.process.on('internalMessage', hear);
  early = { start, real: { ...process.env }, forked, hear };
  process.once('exit', dropEarly);
}

/** The first one, where it is what is wanted; else it is ended. */
export function takeEarly(start: Start): Forked | null {
  if (early === null) return null;
  const { forked, real, hear, start: before } = early;
  const { exitCode, signalCode } = forked.worker.process;
  const fits = isDeepStrictEqual(before, start) && isDeepStrictEqual(real, { ...process.env });
  if (!fits || exitCode !== null || signalCode !== null) {
    dropEarly();
    return null;
  }
  forked.worker.process.off('internalMessage', hear);
  early = null;
  process.off('exit', dropEarly);
  return forked;
}

function dropEarly(): void {
  if (early === null) return;
  const { forked } = early;
  early = null;
  process.off('exit', dropEarly);
  forget(forked);
  if (forked.worker.process.pid !== undefined) killGroup(forked.worker.process.pid);
}

function forget({ worker }: Forked): void {
  Reflect.deleteProperty(cluster.workers ?? {}, worker.id);
}
