import cluster, { type Worker } from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { CODE } from '../code.js';
import type { Pipe } from '../protocol/lane.js';
import { FORKED } from '../protocol/messages.js';
import { withInspectorPipe } from './inspector-pipe.js';
import { withPipes } from './lane.js';
import { onItsOwn } from './processes.js';

/** What a worker process is started with. */
export interface Start {
  readonly cwd: string;
  /** Flags of node. */
  readonly execArgv: readonly string[];
  /** Its app has a channel of its own. */
  readonly isForked: boolean;
  /** It gets a pipe for its debugger. */
  readonly debugged: boolean;
  /** Nobody waits for it: it may take its time to be the faster afterwards. */
  readonly idle: boolean;
  /** On top of this process' own. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Forked {
  readonly worker: Worker;
  /** For its lane. */
  readonly pipes: readonly Pipe[];
  /** What it has said before anybody listened. */
  readonly heard: readonly object[];
}

const EXEC = fileURLToPath(new URL('worker/main.js', CODE));
const EXEC_IDLE = fileURLToPath(new URL('worker/main-eager.js', CODE));

/** Starts a worker process. One without a pid could not be started. */
export function forkWith(start: Start): Forked {
  const fork = () => withPipes(() => withSettings(start, () => onItsOwn(() => cluster.fork(start.env))));
  const [worker, pipes] = start.debugged ? withInspectorPipe(fork) : fork();
  return { worker, pipes, heard: [] };
}

/** node:cluster has one set of settings for the process, and others may use it as well: ours hold for one fork. */
function withSettings<T>({ cwd, execArgv, isForked, idle }: Start, fork: () => T): T {
  const { settings } = cluster;
  const args = isForked ? [FORKED] : [];
  const exec = idle ? EXEC_IDLE : EXEC;
  cluster.setupPrimary({ exec, args, execArgv: [...execArgv], cwd, silent: false });
  try {
    return fork();
  } finally {
    Object.assign(cluster, { settings });
  }
}
