import cluster, { type Worker } from 'node:cluster';
import { syncBuiltinESMExports } from 'node:module';
import { ENTRANCE } from '../../protocol/late.js';
import { holdUntil } from '../app.js';
import { isLive } from '../listeners.js';
import { dealsOut, type FromMember, MEMBER, type ToMember } from './words.js';

// An app that uses node:cluster is the primary of workers of its own. Node's round-robin makes them listen through this
// process: its servers here get the known handles like any other, and are cut like any other.

interface Member {
  evaluated: boolean;
  /** Connections as it told them after the cut; null: it has told none. */
  open: number | null;
  /**
   * How many it was given, and how many it says that it has met. node:cluster gives it the next one when it has met the one
   * before; until then those that were accepted wait here. So while any waits, somebody has one that is on its way.
   */
  dealt: number;
  met: number;
}

const members = new Map<Worker, Member>();
const waiting = new Set<() => void>();
let draining = false;
let changed = (): void => {};

/** `onChange`: connections of the app's own workers have come or gone. */
export function installPrimary(onChange: () => void): void {
  changed = onChange;
  // With the other policy its workers accept by themselves: nobody could stop them at once, nor hand their port on.
  Object.defineProperty(cluster, 'schedulingPolicy', { get: () => cluster.SCHED_RR, set() {}, enumerable: true });
  const { fork } = cluster;
  cluster.fork = function (env) {
    const worker = fork.call(this, env);
    enlist(worker);
    return worker;
  };
  syncBuiltinESMExports();
}

function enlist(worker: Worker): void {
  const { spawnargs } = worker.process;
  // One that begins with something else than a source file tells nothing.
  const tells = spawnargs.some((word) => word.endsWith(ENTRANCE));
  const member: Member = { evaluated: !tells, open: tells ? null : 0, dealt: 0, met: 0 };
  members.set(worker, member);
  if (tells) countDealt(worker, member);
  worker.process.on('internalMessage', (message: FromMember | { readonly cmd?: string } | null) => {
    if (message === null || message.cmd !== MEMBER || !('zdr' in message)) return;
    if (message.zdr === 'open') {
      member.open = message.open;
      member.met = message.met;
    } else {
      member.evaluated = true;
      // What was said while it began, it did not hear.
      if (draining) tell(worker);
    }
    look();
  });
  worker.process.once('exit', () => {
    members.delete(worker);
    look();
  });
  if (!draining && !isLive() && tells && waiting.size === 0) holdUntil(whenAllEvaluated());
}

function countDealt({ process: child }: Worker, member: Member): void {
  const { send } = child;
  child.send = function (this: typeof child, ...given: unknown[]): boolean {
    if (dealsOut(given[0])) member.dealt += 1;
    return Reflect.apply(send, this, given) as boolean;
  };
}

function look(): void {
  if (draining) changed();
  if ([...members.values()].some(({ evaluated }) => !evaluated)) return;
  for (const resolve of waiting) resolve();
  waiting.clear();
}

/** Resolves when the app's workers listen on what they want, and that is told to zdr's primary. */
async function whenAllEvaluated(): Promise<void> {
  await new Promise<void>((resolve) => void waiting.add(() => setImmediate(resolve)));
}

/** Nothing new comes to the app's workers. */
export function drainMembers(): void {
  draining = true;
  for (const worker of members.keys()) tell(worker);
}

function tell(worker: Worker): void {
  const message: ToMember = { cmd: MEMBER, zdr: 'drain' };
  if (worker.isConnected()) worker.process.send(message, () => {});
}

/** Whether one of the app's workers has connections, or will have, or has not told yet. */
export function isAnyBusy(): boolean {
  return (
    draining &&
    [...members].some(([worker, { open, dealt, met }]) => (open !== 0 || met < dealt) && worker.isConnected())
  );
}
