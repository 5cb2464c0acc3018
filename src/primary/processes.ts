import { ChildProcess, type SpawnOptions } from 'node:child_process';

type Spawn = (this: ChildProcess, options: SpawnOptions) => number;

const prototype = ChildProcess.prototype as unknown as { spawn: Spawn };

/**
 * Runs `start` so that the processes it starts lead a session of their own. node:cluster has no option for it. With
 * it, the terminal's Ctrl-C reaches the primary alone, and a worker can be ended together with its own children.
 */
export function inOwnSession<T>(start: () => T): T {
  if (process.platform === 'win32') return start();
  const { spawn } = prototype;
  prototype.spawn = function (options) {
    return spawn.call(this, { ...options, detached: true });
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
