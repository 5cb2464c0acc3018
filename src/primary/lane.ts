import { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { IPC, type Lane, LANE_FD, openLane, type Pipe, PIPES, type PipeClass } from '../protocol/lane.js';

interface Channel {
  readonly handle?: Pipe;
}

interface Child {
  readonly _handle: { spawn(...options: unknown[]): number };
}

type Spawn = (this: ChildProcess & Child, options: { readonly stdio: readonly unknown[] }) => number;

const prototype = ChildProcess.prototype as unknown as { spawn: Spawn };

/**
 * Runs `start`, which starts one process with a channel, so that it gets further pipes that carry handles. Node has
 * no option for it: it makes such a pipe for the channel alone. Gives none where that cannot be done.
 */
export function withPipes<T>(start: () => T): readonly [T, readonly Pipe[]] {
  if (process.platform === 'win32' || process.env['ZDR_TEST_LANE'] === 'off') return [start(), []];
  const { spawn } = prototype;
  const pipes: Pipe[] = [];
  prototype.spawn = function (options) {
    if (options.stdio.length !== LANE_FD) return spawn.call(this, options);
    const inner = this._handle.spawn;
    this._handle.spawn = (...given) => {
      const stdio = stdioOf(given);
      const { handle } = stdio?.[LANE_FD - 1] ?? {};
      if (stdio !== null && handle !== undefined) {
        for (let fd = LANE_FD; fd < LANE_FD + PIPES; fd += 1) {
          const pipe = new (handle.constructor as PipeClass)(IPC);
          pipes.push(pipe);
          // What node has made for it in the other mode lives until it is closed.
          stdio[fd]?.handle?.close();
          stdio[fd] = { ...stdio[fd], handle: pipe };
        }
      }
      return inner.apply(this._handle, given);
    };
    return spawn.call(this, { ...options, stdio: [...options.stdio, ...Array.from({ length: PIPES }, () => 'pipe')] });
  };
  try {
    return [start(), pipes];
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

/** The lane is opened later than the pipes are there: a process that ends meanwhile is no error. */
export function surviveErrors(child: ChildProcess, pipes: readonly Pipe[]): void {
  for (const n of pipes.keys()) streamsTo(child)[n]?.on('error', () => {});
}

/** Node's own streams on the pipes. */
function streamsTo(child: ChildProcess): readonly Socket[] {
  return child.stdio.slice(LANE_FD) as unknown as readonly Socket[];
}

/** The primary's end; null where there is none, or where the process is gone already. */
export function laneTo<In, Out>(
  child: ChildProcess,
  pipes: readonly Pipe[],
  receive: (message: In, handle: object | undefined) => boolean,
): Lane<Out> | null {
  const streams = streamsTo(child);
  if (pipes.length === 0 || !pipes.every((_, n) => streams[n]?.writable === true)) return null;
  return openLane(
    pipes.map((pipe, n) => [streams[n]!, pipe] as const),
    receive,
  );
}
