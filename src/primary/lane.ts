import { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { IPC, type Lane, LANE_FD, openLane, type Pipe, type PipeClass } from '../protocol/lane.js';

interface Channel {
  readonly handle?: Pipe;
}

interface Child {
  readonly _handle: { spawn(...options: unknown[]): number };
}

type Spawn = (this: ChildProcess & Child, options: { readonly stdio: readonly unknown[] }) => number;

const prototype = ChildProcess.prototype as unknown as { spawn: Spawn };

/**
 * Runs `start`, which starts one process with a channel, so that it gets a second pipe that carries handles. Node has
 * no option for it: it makes such a pipe for the channel alone. Gives null in its place where that cannot be done.
 */
export function withPipe<T>(start: () => T): readonly [T, Pipe | null] {
  if (process.platform === 'win32' || process.env['ZDR_TEST_LANE'] === 'off') return [start(), null];
  const { spawn } = prototype;
  let pipe: Pipe | null = null;
  prototype.spawn = function (options) {
    if (options.stdio.length !== LANE_FD) return spawn.call(this, options);
    const inner = this._handle.spawn;
    this._handle.spawn = (...given) => {
      const stdio = stdioOf(given);
      const { handle } = stdio?.[LANE_FD - 1] ?? {};
      if (stdio !== null && handle !== undefined) {
        pipe = new (handle.constructor as PipeClass)(IPC);
        stdio[LANE_FD] = { ...stdio[LANE_FD], handle: pipe };
      }
      return inner.apply(this._handle, given);
    };
    return spawn.call(this, { ...options, stdio: [...options.stdio, 'pipe'] });
  };
  try {
    return [start(), pipe];
  } finally {
    prototype.spawn = spawn;
  }
}

/** Node 20 and 22 give the system call an object with `stdio`, 24 and 26 the list itself among others. */
function stdioOf(given: readonly unknown[]): Channel[] | null {
  for (const value of given) {
    const list: unknown = Array.isArray(value) ? value : (value as { readonly stdio?: unknown } | null)?.stdio;
    if (Array.isArray(list) && (list as Channel[])[LANE_FD - 1]?.handle !== undefined) return list as Channel[];
  }
  return null;
}

/** The primary's end. */
export function laneTo<In, Out>(
  child: ChildProcess,
  pipe: Pipe | null,
  receive: (message: In, handle: object | undefined) => void,
): Lane<Out> | null {
  const stream = child.stdio[LANE_FD] as Socket | null | undefined;
  return stream == null || pipe === null ? null : openLane(stream, pipe, receive);
}
