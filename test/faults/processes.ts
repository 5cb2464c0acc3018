import { until } from '../support/deadline.js';
import type { Cell, Fault } from './cell.js';
import { atOrAfter, type Phase } from './phases.js';

/** The workers of a rollover. */
type Who = 'old' | 'new' | 'both';

function noNew(phase: Phase): string | null {
  return atOrAfter(phase, 'standby taken') ? null : 'no worker is the new one yet';
}

function noStandby(phase: Phase): string | null {
  const between = atOrAfter(phase, 'standby taken') && !atOrAfter(phase, 'draining');
  return between ? 'the standby is the new worker, and the next one is not started yet' : null;
}

/** Whether clients have connections on it: what is taken by the new one before it is live is none of those. */
function serves(who: Who, phase: Phase): boolean {
  const old = phase !== 'retiring';
  const young = atOrAfter(phase, 'moving');
  return who === 'old' ? old : who === 'new' ? young : old || young;
}

async function pidsOf(cell: Cell, who: Who): Promise<readonly number[]> {
  return [...(who === 'new' ? [] : [cell.old]), ...(who === 'old' ? [] : [await cell.newer()])];
}

function signal(name: 'SIGKILL' | 'SIGSTOP', who: Who): Fault {
  return {
    name: `${name} of ${who === 'both' ? 'old and new' : `the ${who} worker`}`,
    ...(who === 'old' ? {} : { never: noNew }),
    takes: (phase) => serves(who, phase),
    strike: async (cell) => {
      for (const pid of await pidsOf(cell, who)) process.kill(pid, name);
    },
  };
}

function failure(name: string, who: 'old' | 'new', how: (phase: Phase) => string): Fault {
  return {
    name: `${name} in the ${who} worker`,
    ...(who === 'old' ? {} : { never: noNew }),
    takes: (phase) => serves(who, phase),
    // Little memory, so that its end comes soon.
    options: () => (name === 'out of memory' ? { env: { NODE_OPTIONS: '--max-old-space-size=64' } } : {}),
    async strike(cell) {
      const [pid] = await pidsOf(cell, who);
      cell.gates.order(pid!, how(cell.phase));
      await until('the order is heard', () => cell.gates.read(`order.${pid}`) === null);
    },
  };
}

const codes = [0, 1, 42] as const;
const failures = [
  ['endless loop', () => 'loop'],
  ['out of memory', () => 'oom'],
  ['exit', (phase: Phase) => `exit ${codes[phase.length % 3]}`],
  ['uncaught exception', () => 'throw'],
  ['unhandled rejection', () => 'reject'],
] as const;

const alone: readonly Fault[] = (['SIGKILL', 'SIGSTOP'] as const).flatMap((name) => [
  {
    name: `${name} of the standby`,
    never: noStandby,
    strike: async (cell) => void process.kill(await cell.standby(), name),
  },
  {
    name: name === 'SIGKILL' ? "SIGKILL of esbuild's service" : "SIGSTOP of esbuild's service, for a while",
    strike: async (cell) => void process.kill(await cell.esbuild(), name),
    async after(cell) {
      if (name === 'SIGSTOP') process.kill(await cell.esbuild(), 'SIGCONT');
    },
  },
]);

const primary: readonly Fault[] = [
  { name: 'SIGKILL of zdr', ends: 'killed', strike: async ({ run }) => void process.kill(run.pid, 'SIGKILL') },
  {
    name: 'SIGSTOP of zdr, for a while',
    strike: async ({ run }) => void process.kill(run.pid, 'SIGSTOP'),
    async after({ run, gates, answers }) {
      // Workers need no primary to answer.
      if (gates.read('up.2') === null) await answers({ version: 1 });
      process.kill(run.pid, 'SIGCONT');
    },
  },
];

const hang: Fault = {
  name: 'a boot that hangs',
  never: (phase) =>
    ['standby taken', 'booting', 'listening'].includes(phase) ? null : 'only what boots can hang at boot',
  strike: async ({ zdr }) => void (await zdr!.event('boot-failed', { generation: 2, live: 1 })),
};

export const processFaults: readonly Fault[] = [
  ...(['SIGKILL', 'SIGSTOP'] as const).flatMap((name) =>
    (['old', 'new', 'both'] as const).map((who) => signal(name, who)),
  ),
  ...alone,
  ...primary,
  ...failures.flatMap(([name, how]) => (['old', 'new'] as const).map((who) => failure(name, who, how))),
  hang,
];
