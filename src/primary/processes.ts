import { ChildProcess, type SpawnOptions } from 'node:child_process';

interface Options extends SpawnOptions {
  readonly envPairs?: readonly string[];
}

type Spawn = (this: ChildProcess, options: Options) => number;

const prototype = ChildProcess.prototype as unknown as { spawn: Spawn };

/** By this variable node tells a worker of node:cluster from a process that may have workers itself. */
const UNIQUE_ID = /^NODE_UNIQUE_ID=/;

/**
 * Runs `start` so that the processes it starts lead a session of their own, and are no workers in their own eyes.
 * node:cluster has no option for either. With a session the terminal's Ctrl-C reaches the primary alone, and a worker
 * can be ended together with its own children. And an app finds in node:cluster what it does under node: that it is the
 * primary, and can fork.
 */
export function onItsOwn<T>(start: () => T): T {
  const { spawn } = prototype;
  const detached = process.platform !== 'win32';
  prototype.spawn = function (options) {
    const envPairs = options.envPairs?.filter((pair) => !UNIQUE_ID.test(pair));
    return spawn.call(this, { ...options, detached, ...(envPairs === undefined ? {} : { envPairs }) });
  };
  try {
    return start();
  } finally {
    prototype.spawn = spawn;
  }
}

/** Sends a signal; that the process is gone already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // ESRCH: it has ended.
  }
}

/** To a worker and all that it started in its session. */
export function signalGroup(pid: number, name: NodeJS.Signals): void {
  signal(process.platform === 'win32' ? pid : -pid, name);
}

/** Ends a worker and all that it started in its session, whatever they are doing. */
export function killGroup(pid: number): void {
  if (process.platform !== 'win32') signal(-pid, 'SIGKILL');
  signal(pid, 'SIGKILL');
}
