import type { Plan, Required, Unit } from '../protocol/ahead.js';

/** Tries packages out in a process of their own, one after the other, and tells which of them can be evaluated ahead. */
export interface Trials {
  /** One begins so long from now, in ms, in the place of any other. Default: once the app was used. */
  schedule(after?: number): void;
  /** One that is to begin does so later; one that runs gives way by its priority: else many saves would keep it from its end. */
  putOff(): void;
  abort(): void;
  /** Whether one runs, or is to. */
  isUnderWay(): boolean;
  /** The process is up. The others of these calls are about it as well, and nothing where it is not the one of now. */
  up(process: number): void;
  tried(process: number, unit: Unit): void;
  triedAll(process: number): void;
  /** A package is not harmless: this file of one, or that of which nothing was heard. */
  refused(process: number, file: string | undefined): void;
  close(): void;
}

export interface TrialsOptions {
  /** Starts a process with this number, which is below zero. */
  readonly fork: (process: number) => void;
  readonly kill: (process: number) => void;
  readonly send: (process: number, plan: Plan) => void;
  /** What the app has loaded, but for what is banned. */
  readonly wanted: () => readonly Required[];
  readonly planOf: (list: readonly Required[]) => Plan;
  readonly ban: (file: string) => void;
  /** What was found harmless. */
  readonly onFound: (units: readonly Unit[]) => void;
}

/** The app is used first: a trial begins so long after it told what it loaded, in ms. */
const LATER = 300;

/** How long one may take, in ms. */
const LONGEST = 60_000;

/** So many in a row, each with one package less. */
const MOST = 12;

interface Trial {
  readonly process: number;
  readonly list: readonly Required[];
  readonly count: number;
  readonly units: Unit[];
  readonly timer: NodeJS.Timeout;
}

export function openTrials({ fork, kill, send, wanted, planOf, ban, onFound }: TrialsOptions): Trials {
  let trial: Trial | null = null;
  let waiting: NodeJS.Timeout | null = null;
  let last = 0;
  let closed = false;

  function schedule(after = LATER): void {
    abort();
    waiting = setTimeout(() => begin(1), after);
  }

  function abort(): void {
    if (waiting !== null) clearTimeout(waiting);
    waiting = null;
    if (trial === null) return;
    clearTimeout(trial.timer);
    const { process } = trial;
    trial = null;
    kill(process);
  }

  function begin(count: number): void {
    waiting = null;
    const list = wanted();
    if (closed || list.length === 0 || count > MOST) return;
    const process = (last -= 1);
    const timer = setTimeout(() => kill(process), LONGEST);
    trial = { process, list, count, units: [], timer };
    fork(process);
  }

  const now = (process: number): Trial | null => (trial?.process === process ? trial : null);

  return {
    schedule,
    putOff() {
      if (waiting !== null) schedule();
    },
    abort,
    isUnderWay: () => waiting !== null || trial !== null,
    up(process) {
      const current = now(process);
      if (current !== null) send(process, planOf(current.list));
    },
    tried: (process, unit) => void now(process)?.units.push(unit),
    triedAll(process) {
      const current = now(process);
      if (current === null) return;
      abort();
      onFound(current.units);
    },
    refused(process, file) {
      const current = now(process);
      if (current === null) return;
      const { list, count, units } = current;
      const good = new Set(units.map((unit) => unit.file));
      const bad = file ?? list.find((required) => !good.has(required.file))?.file;
      abort();
      if (bad !== undefined) ban(bad);
      begin(count + 1);
    },
    close() {
      closed = true;
      abort();
    },
  };
}
