import { basename, sep } from 'node:path';
import type { EnvChange, Plan, Required, Stale, Unit } from '../protocol/ahead.js';
import type { ToPrimary, ToWorker } from '../protocol/messages.js';
import { openTrials } from './trials.js';
import { openWarming } from './warming.js';

/**
 * Which packages standbys evaluate ahead. What the live app has loaded is tried out in a process of its own, one
 * package after the other; what proved to be invisible there is given to each standby. What a start shows to be
 * different all the same is learned, or left out from then on.
 */
export interface Ahead {
  /** A message that is about this. */
  handle(worker: number, message: Message): void;
  /** Whether there is nothing to be tried out or evaluated just now. */
  atRest(): boolean;
  /** The worker serves from now on, and is going to tell what it has loaded. */
  serves(worker: number): void;
  /** A process is up: a standby, or the one for trials. */
  up(worker: number): void;
  exited(worker: number): void;
  /** Something was saved: a trial can begin later, what was evaluated ahead is to be looked at. */
  saved(): void;
  /** Dependencies or environment are others now. */
  forget(): void;
  close(): void;
}

export type Message = Extract<ToPrimary, { tag: 'loaded' | 'warmed' | 'stale' | 'tried' | 'tried-all' | 'refused' }>;

export interface AheadOptions {
  readonly entry: string;
  readonly args: readonly string[];
  readonly send: (worker: number, message: ToWorker) => void;
  /** Starts a process that is no worker of the rollover. */
  readonly fork: (worker: number) => void;
  readonly kill: (worker: number) => void;
  readonly standbys: () => readonly number[];
  /** This worker is to be replaced. */
  readonly onStale: (worker: number) => void;
}

/** The next save may be near: so soon after the app told for the first time what it loaded a trial begins, in ms. */
const FIRST = 10;

/** A package that found another environment so often, each time another one, is left out. */
const SURPRISES = 2;

export function openAhead({ entry, args, send, fork, kill, standbys, onStale }: AheadOptions): Ahead {
  let known: Extract<Message, { tag: 'loaded' }> | null = null;
  let units: readonly Unit[] = [];
  /** What the app had made of the environment when it came to a package. */
  const learned = new Map<string, EnvChange>();
  const surprises = new Map<string, number>();
  const banned = new Set<string>();
  const reporting = new Set<number>();
  const warming = openWarming({
    send: (worker, number, plan) => send(worker, { tag: 'warm', number, plan }),
    onLate: (worker) => standbys().includes(worker) && onStale(worker),
  });
  const trials = openTrials({
    fork,
    kill,
    send: (worker, plan) => send(worker, { tag: 'try', plan }),
    wanted: () => known?.required.filter(({ file }) => !banned.has(file)) ?? [],
    planOf: (list) => planOf(expected(list)),
    ban: (file) => void banned.add(file),
    onFound: found,
  });

  const planOf = (list: readonly Unit[]): Plan => {
    const { script, undici } = known ?? { script: false, undici: false };
    return { entry, args, script, undici, units: list };
  };

  function loaded(message: Extract<Message, { tag: 'loaded' }>): void {
    // Once true it stays: who had it ahead cannot tell whether it still needs it.
    const undici = message.undici || known?.undici === true;
    const files = new Set(known?.required.map(({ file }) => file));
    const same =
      known !== null &&
      known.script === message.script &&
      known.undici === undici &&
      JSON.stringify(known.change) === JSON.stringify(message.change) &&
      message.required.every(({ file }) => files.has(file));
    // What surprised has come to rest. With another value at each start it never would.
    if (same) return surprises.clear();
    const first = known === null;
    if (known !== null && known.undici !== undici) beginAnew();
    known = { ...message, undici };
    if (first) warmAll();
    trials.schedule(first ? FIRST : undefined);
  }

  /** With the environment that each is expected to find. */
  function expected(list: readonly Required[]): Unit[] {
    let change = known?.change ?? {};
    return list.map((required) => {
      change = learned.get(required.file) ?? change;
      return { ...required, change, env: [], allEnv: false, globals: [], files: [], calls: [] };
    });
  }

  function found(all: readonly Unit[]): void {
    units = all.filter((unit, at) => !isHeldBy(all.slice(0, at), unit));
    warmAll();
  }

  function warmAll(): void {
    for (const worker of standbys()) warm(worker);
  }

  /** What was found and evaluated without undici is of no use with it. */
  function beginAnew(): void {
    units = [];
    banned.clear();
    for (const worker of standbys()) onStale(worker);
  }

  function warm(worker: number): void {
    if (units.length === 0 && known?.undici !== true) return;
    const list = units.filter(({ file }) => !banned.has(file));
    warming.begin(worker, planOf(list));
  }

  function stale(why: Stale): void {
    switch (why.tag) {
      case 'files':
      case 'script':
        units = [];
        known = null;
        return;
      case 'shared':
        banned.add(why.file);
        return;
      case 'env': {
        const count = (surprises.get(why.file) ?? 0) + 1;
        surprises.set(why.file, count);
        if (count > SURPRISES) leaveOut(why.file);
        else learn(why.file, why.change);
        return;
      }
      case 'patched':
        leaveOut(why.file);
    }
  }

  /** And all behind it, which would find the same. */
  function leaveOut(file: string): void {
    const at = units.findIndex((unit) => unit.file === file);
    for (const unit of units.slice(Math.max(at, 0))) banned.add(unit.file);
    banned.add(file);
  }

  /** From this package on it is expected to be so. What they make of it is tried out anew. */
  function learn(file: string, change: EnvChange): void {
    learned.set(file, change);
    units = [];
    trials.schedule();
  }

  return {
    atRest: () => reporting.size === 0 && !trials.isUnderWay() && warming.atRest(),
    serves(worker) {
      warming.forget(worker);
      reporting.add(worker);
    },
    handle(worker, message) {
      switch (message.tag) {
        case 'loaded':
          reporting.delete(worker);
          return loaded(message);
        case 'warmed':
          return warming.done(worker, message.number);
        case 'stale':
          stale(message.why);
          return onStale(worker);
        case 'tried':
          return trials.tried(worker, message.unit);
        case 'tried-all':
          return trials.triedAll(worker);
        case 'refused':
          return trials.refused(worker, message.file);
      }
    },
    up(worker) {
      if (worker >= 0) warm(worker);
      else trials.up(worker);
    },
    exited(worker) {
      warming.forget(worker);
      reporting.delete(worker);
      trials.refused(worker, undefined);
    },
    saved() {
      trials.putOff();
      for (const worker of standbys()) send(worker, { tag: 'check' });
    },
    forget() {
      known = null;
      units = [];
      learned.clear();
      surprises.clear();
      banned.clear();
      trials.abort();
    },
    close() {
      trials.close();
      warming.close();
    },
  };
}

/**
 * Whether the app has a package in hands, when it comes to `unit`, that the unit calls: then its state then and now may
 * differ in what nobody can see.
 */
function isHeldBy(before: readonly Unit[], { calls }: Unit): boolean {
  return before.some(({ file, parent }) => isApps(parent) && calls.some((folder) => file.startsWith(folder)));
}

/** The app itself required it. */
function isApps(parent: string): boolean {
  return basename(parent) === '.zdr.cjs' || !parent.includes(`${sep}node_modules${sep}`);
}
