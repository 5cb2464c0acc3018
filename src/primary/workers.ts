import type { SendHandle, Serializable } from 'node:child_process';
import cluster, { type Worker } from 'node:cluster';
import type { Duplex } from 'node:stream';
import type { Exit } from '../events.js';
import { PIPE } from '../protocol/inspect.js';
import { ENVELOPE, type ToPrimary, type ToWorker } from '../protocol/messages.js';
import type { Lane } from '../protocol/lane.js';
import type { Early } from './early.js';
import { forkWith, type Forked } from './fork.js';
import { laneTo, surviveErrors } from './lane.js';
import { killGroup, signal, signalGroup } from './processes.js';

/** A raw libuv handle, as it comes over a channel. */
export interface Handle {
  close(): void;
}

export interface WorkersOptions {
  readonly cwd: string;
  /** Was forked ahead; null: nothing was. */
  readonly first: Early | null;
  /** Flags of node for the next worker. */
  readonly execArgv: () => readonly string[];
  /** Called for each process that is forked, with a pipe to it for its debugger; null: they have none. */
  readonly onPipe: ((worker: number, pipe: Duplex) => void) | null;
  readonly onMessage: (worker: number, message: ToPrimary, handle: Handle | undefined) => void;
  /** Whether one more connection can be kept here; if not, the worker keeps it and asks again. */
  readonly hasRoom: () => boolean;
  /** Whether apps have a channel of their own. */
  readonly isForked: () => boolean;
  /** What the app says by `process.send`. */
  readonly onAppMessage: (worker: number, message: unknown) => void;
  readonly onExit: (worker: number, exit: Exit) => void;
  /** The system has refused each process for a while (EMFILE, EAGAIN). Once, until one starts. */
  readonly onRefused: (code: string) => void;
  /** The processes that run now, after each change. */
  readonly onPids: (pids: readonly number[]) => void;
}

type Take = Extract<ToWorker, { tag: 'take' }>;

/** The worker processes, by the rollover's ids. Every call is safe for one that has ended. */
export interface Workers {
  /** `idle`: nobody waits for it. */
  fork(worker: number, env: Readonly<Record<string, string>>, idle: boolean): void;
  send(worker: number, message: ToWorker, handle?: Handle): void;
  /** Gives it an open connection. */
  give(worker: number, message: Take, handle: Handle): void;
  /** Whether connections have a way of their own to it, where they hold up nothing else. */
  hasLane(worker: number): boolean;
  /** A message for the app's `process.on('message')`. */
  tell(worker: number, message: unknown): void;
  /** SIGTERM: the app ends by itself. */
  terminate(worker: number): void;
  kill(worker: number): void;
  /** To all of them, and to all that they started. */
  signalAll(name: 'SIGSTOP' | 'SIGCONT'): void;
  pid(worker: number): number | null;
}

/** How long after a failure a process is started again, in ms. */
const AGAIN = 250;

/** A refusal that lasts no longer than this is not worth a word, in ms. */
const BRIEF = 1_000;

export function openWorkers(options: WorkersOptions): Workers {
  const running = new Map<number, Worker>();
  const lanes = new Map<number, Lane<Take>>();
  const pids = (): void => {
    options.onPids([...running.values()].flatMap((worker) => worker.process.pid ?? []));
  };
  const send: Workers['send'] = (id, message, handle) => {
    const worker = running.get(id);
    if (worker === undefined || !worker.process.connected) return;
    const envelope = { cmd: ENVELOPE, zdr: message };
    worker.process.send(envelope, handle as unknown as SendHandle, { keepOpen: true }, () => {});
  };
  /** Those that the system had no room for yet (EMFILE, EAGAIN). */
  const late = new Map<number, NodeJS.Timeout>();
  let refused: { readonly since: number; readonly told: boolean } | null = null;
  const refuse = ({ code }: NodeJS.ErrnoException): void => {
    refused ??= { since: performance.now(), told: false };
    if (refused.told || performance.now() - refused.since < BRIEF) return;
    refused = { ...refused, told: true };
    options.onRefused(code ?? 'no reason given');
  };
  const fork: Workers['fork'] = (id, env, idle) => {
    const { cwd, execArgv, isForked, onPipe } = options;
    const start = { cwd, execArgv: execArgv(), isForked: isForked(), debugged: onPipe !== null, idle, env };
    const forked = options.first?.take(start) ?? forkWith(start);
    const { worker } = forked;
    late.delete(id);
    if (worker.process.pid !== undefined) {
      refused = null;
      return enlist(id, forked);
    }
    worker.on('error', refuse);
    Reflect.deleteProperty(cluster.workers ?? {}, worker.id);
    late.set(id, setTimeout(fork, AGAIN, id, env, idle).unref());
  };
  const enlist = (id: number, { worker, pipes, heard }: Forked): void => {
    running.set(id, worker);
    const openLane = (): void => {
      const lane = laneTo<ToPrimary, Take>(worker.process, pipes, (message, given) => {
        if (message.tag !== 'move') {
          options.onMessage(id, message, undefined);
          return true;
        }
        const handle = given as Handle | undefined;
        const taken = handle !== undefined && options.hasRoom();
        if (taken) options.onMessage(id, message, handle);
        else handle?.close();
        return taken;
      });
      if (lane !== null) lanes.set(id, lane);
    };
    surviveErrors(worker.process, pipes);
    const { pid } = worker.process;
    pids();
    const debugging = (worker.process.stdio as readonly unknown[])[PIPE];
    if (debugging) options.onPipe?.(id, debugging as Duplex);
    const hear = (message: { cmd?: string; zdr?: ToPrimary }, handle: unknown): void => {
      if (message.cmd !== ENVELOPE || message.zdr === undefined) return;
      // What is sent before it listens is lost.
      if (message.zdr.tag === 'standby' && pipes.length > 0) send(id, { tag: 'lane' });
      options.onMessage(id, message.zdr, handle as Handle | undefined);
      // Behind the app, if it gets that now: it takes longer than all the rest.
      if (message.zdr.tag === 'standby' && running.has(id)) openLane();
    };
    worker.process.on('internalMessage', hear);
    // It is known only when this call is over.
    for (const message of heard) setImmediate(hear, message, undefined);
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
  };
  return {
    fork,
    send,
    give(id, message, handle) {
      const lane = lanes.get(id);
      if (lane === undefined) send(id, message, handle);
      else lane.send(message, handle);
    },
    hasLane: (id) => lanes.has(id),
    tell(id, message) {
      const { process: child } = running.get(id) ?? {};
      if (child?.connected === true) child.send(message as Serializable, () => {});
    },
    terminate(id) {
      const { process: child } = running.get(id) ?? {};
      if (child?.pid === undefined) return;
      signal(child.pid, 'SIGTERM');
    },
    kill(id) {
      if (late.has(id)) {
        clearTimeout(late.get(id));
        late.delete(id);
        return options.onExit(id, { code: null, signal: 'SIGKILL' });
      }
      const pid = running.get(id)?.process.pid;
      if (pid !== undefined) killGroup(pid);
    },
    signalAll(name) {
      for (const { process: child } of running.values()) if (child.pid !== undefined) signalGroup(child.pid, name);
    },
    pid: (id) => running.get(id)?.process.pid ?? null,
  };
}
