import { constants } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../support/deadline.js';
import { isStopped } from '../support/processes.js';
import type { Cell, Fault } from './cell.js';

type Name = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGUSR2' | 'SIGTSTP';

/** npm passes a Ctrl-C on that the terminal has sent already: what comes within 100 ms is one press. */
const NEXT_PRESS = 150;

interface Plan {
  readonly name: Name;
  readonly times: 1 | 2;
  /** To the process group, as a terminal sends it: esbuild's service gets it too. */
  readonly group: boolean;
}

async function send({ run, zdr }: Cell, { name, times, group }: Plan): Promise<void> {
  const target = group ? -run.pid : run.pid;
  process.kill(target, name);
  if (times === 1) return;
  // The system keeps one signal of a kind for a process that has no time yet.
  if (name !== 'SIGUSR2' && name !== 'SIGTSTP') await zdr!.event('stopping');
  await wait(NEXT_PRESS);
  process.kill(target, name);
}

function faultOf(plan: Plan): Fault {
  const { name, times, group } = plan;
  const base: Fault = {
    name: `${name}${times === 2 ? ' twice' : ''}${group ? ' to the group' : ''}`,
    strike: (cell) => send(cell, plan),
  };
  switch (name) {
    case 'SIGINT':
    case 'SIGTERM':
    case 'SIGHUP':
      return { ...base, ends: times === 1 ? 'graceful' : 128 + constants.signals[name] };
    case 'SIGUSR2':
      return base;
    case 'SIGTSTP':
      return {
        ...base,
        options: () => ({ job: true }),
        async strike(cell) {
          await send(cell, plan);
          await cell.zdr!.event('suspended');
          // It says so before it is: a SIGCONT that comes in between would be for nothing.
          await until('it stands still', () => isStopped(cell.run.pid));
        },
        async after(cell) {
          process.kill(group ? -cell.run.pid : cell.run.pid, 'SIGCONT');
          await cell.zdr!.event('continued');
        },
      };
  }
}

const names: readonly Name[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGTSTP'];

export const signalFaults: readonly Fault[] = names.flatMap((name) =>
  ([1, 2] as const).flatMap((times) => [false, true].map((group) => faultOf({ name, times, group }))),
);
