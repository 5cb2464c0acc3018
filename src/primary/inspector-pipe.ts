import { ChildProcess } from 'node:child_process';
import { PIPE } from '../protocol/inspect.js';

type Spawn = (this: ChildProcess, options: { readonly stdio: readonly unknown[] }) => number;

const prototype = ChildProcess.prototype as unknown as { spawn: Spawn };

/** Runs `start` so that the process it starts gets a pipe for its debugger, behind the channel and the lane. */
export function withInspectorPipe<T>(start: () => T): T {
  const { spawn } = prototype;
  prototype.spawn = function (options) {
    const others = Array.from({ length: PIPE }, (_, fd) => options.stdio[fd] ?? 'ignore');
    return spawn.call(this, { ...options, stdio: [...others, 'pipe'] });
  };
  try {
    return start();
  } finally {
    prototype.spawn = spawn;
  }
}
