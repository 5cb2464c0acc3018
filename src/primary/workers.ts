import type { SendHandle } from 'node:child_process';
import cluster, { type Worker } from 'node:cluster';
import { fileURLToPath } from 'node:url';
import type { Exit } from '../events.js';
import { ENVELOPE, type ToPrimary, type ToWorker } from '../protocol/messages.js';
import type { Lane } from '../protocol/lane.js';
import { laneTo, withPipe } from './lane.js';
import { inOwnSession, killGroup, signal } from './processes.js';

/** A raw libuv handle, as it comes over a channel. */
export interface Handle {
  close(): void;
}

export interface WorkersOptions {
  readonly cwd: string;
  /** Flags of node for the workers. */
  readonly execArgv: readonly string[];
  readonly onMessage: (worker: number, message: ToPrimary, handle: Handle | undefined) => void;
  /** What the app says by `process.send`. */
  readonly onAppMessage: (worker: number, message: unknown) => void;
  readonly onExit: (worker: number, exit: Exit) => void;
  /** The processes that run now, after each change. */
  readonly onPids: (pids: readonly number[]) => void;
}

type Take = Extract<ToWorker, { tag: 'take' }>;

/** The worker processes, by the rollover's ids. Every call is safe for one that has ended. */
export interface Workers {
  fork(worker: number, env: Readonly<Record<string, string>>): void;
  send(worker: number, message: ToWorker, handle?: Handle): void;
  /** Gives it an open connection. */
  give(worker: number, message: Take, handle: Handle): void;
  /** Whether connections have a way of their own to it, where they hold up nothing else. */
  hasLane(worker: number): boolean;
  /** SIGTERM, and pm2's message for those that wait for it: the app ends by itself. */
  terminate(worker: number): void;
  kill(worker: number): void;
  pid(worker: number): number | null;
}

const EXEC = fileURLToPath(new URL('../worker/main.js', import.meta.url));

export function openWorkers(options: WorkersOptions): Workers {
  const running = new Map<number, Worker>();
  const lanes = new Map<number, Lane<Take>>();
  // What cluster itself would share (dgram) is shared, not dealt out: a dying worker takes nothing along.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec: EXEC, args: [], execArgv: [...options.execArgv], cwd: options.cwd, silent: false });
  const pids = (): void => {
    options.onPids([...running.values()].flatMap((worker) => worker.process.pid ?? []));
  };
  const send: Workers['send'] = (id, message, handle) => {
    const worker = running.get(id);
    if (worker === undefined || !worker.process.connected) return;
    const envelope = { cmd: ENVELOPE, zdr: message };
    worker.process.send(envelope, handle as unknown as SendHandle, { keepOpen: true }, () => {});
  };
  return {
    fork(id, env) {
      const [worker, pipe] = withPipe(() => inOwnSession(() => cluster.fork(env)));
      running.set(id, worker);
      const lane = laneTo<ToPrimary, Take>(worker.process, pipe, (message, handle) =>
        options.onMessage(id, message, handle as Handle | undefined),
      );
      if (lane !== null) lanes.set(id, lane);
      const { pid } = worker.process;
      pids();
      worker.process.on('internalMessage', (message: { cmd?: string; zdr: ToPrimary }, handle: unknown) => {
        if (message.cmd !== ENVELOPE) return;
        // What is sent before it listens is lost.
        if (message.zdr.tag === 'standby' && lane !== null) send(id, { tag: 'lane' });
        options.onMessage(id, message.zdr, handle as Handle | undefined);
      });
      worker.on('message', (message: unknown) => options.onAppMessage(id, message));
      // EPIPE and ERR_IPC_CHANNEL_CLOSED of a worker that dies; its exit says all there is to say.
      worker.on('error', () => {});
      worker.process.once('exit', (code: number | null, name: string | null) => {
        running.delete(id);
        lanes.delete(id);
        // What it started and left behind goes with it.
        if (pid !== undefined) killGroup(pid);
        pids();
        options.onExit(id, { code, signal: name });
      });
    },
    send,
    give(id, message, handle) {
      const lane = lanes.get(id);
      if (lane === undefined) send(id, message, handle);
      else lane.send(message, handle);
    },
    hasLane: (id) => lanes.has(id),
    terminate(id) {
      const { process: child } = running.get(id) ?? {};
      if (child?.pid === undefined) return;
      if (child.connected) child.send('shutdown', () => {});
      signal(child.pid, 'SIGTERM');
    },
    kill(id) {
      const pid = running.get(id)?.process.pid;
      if (pid !== undefined) killGroup(pid);
    },
    pid: (id) => running.get(id)?.process.pid ?? null,
  };
}
