import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { Connection } from '../support/connection.js';
import { until, within } from '../support/deadline.js';
import { type Body, bodyOf, get } from '../support/get.js';
import { openProject, type Project } from '../support/project.js';
import { Zdr } from '../support/zdr.js';
import type { Cell, Fault, Run } from './cell.js';
import { openGates, type Gates } from './gates.js';
import { holds, type Phase } from './phases.js';

const IDLE = 4;

export interface Opened {
  readonly cell: Cell;
  close(): Promise<void>;
}

/** A copy of the fixture under zdr, with a few clients that it has met. */
export async function open(fault: Fault, phase: Phase): Promise<Opened> {
  const project = await openProject('faults', { ownModules: true });
  const gates = openGates(join(dirname(project.dir), 'gates'));
  await fault.before?.(project);
  const env = { ZDR_TEST_GATES: gates.folder, ZDR_TEST_FAULT: holds };
  const run = await start(fault, project, gates, env);
  // Whatever ends this process ends the cell's.
  const end = (): void => run.kill();
  process.once('exit', end);
  try {
    const zdr = run instanceof Zdr ? run : null;
    const old = await gates.said('up.1');
    await until('the app listens', () => gates.read('address'));
    const where: Cell['where'] = () => JSON.parse(gates.read('address') ?? '');
    if (zdr !== null) await zdr.event('ready');
    const workers = (): number[] =>
      run.processes().flatMap(({ pid, command }) => (command.includes('/dist/worker/main') ? pid : []));
    const cell: Cell = {
      phase,
      project,
      gates,
      run,
      zdr,
      where,
      old,
      idle: await Promise.all(Array.from({ length: IDLE }, () => Connection.open(where()))),
      asked: [],
      save: (version) => project.version(version),
      async answers(like) {
        let last = '';
        const look = () => answered(cell, like, (seen) => (last = seen));
        const wanted = JSON.stringify(like);
        return until(`an answer of ${wanted}`, look).catch((error: Error) =>
          assert.fail(`${error.message}; at last ${last}`),
        );
      },
      async newer() {
        const stands = gates.read('load.reached') ?? gates.read('take.reached') ?? gates.read('booting.reached');
        return stands ? Number(stands) : gates.said('up.2');
      },
      standby: () =>
        until('a standby', async () => {
          const known = [old, Number(gates.read('up.2'))];
          return workers().find((pid) => !known.includes(pid));
        }),
      esbuild: () =>
        until("esbuild's service", () => run.processes().find(({ command }) => command.includes('--service='))?.pid),
    };
    for (const connection of cell.idle) bodyOf(await connection.send());
    return { cell, close: () => project.close().finally(() => process.off('exit', end)) };
  } catch (error) {
    const story = run.story();
    run.kill();
    await project.close();
    throw new Error(`${String(error)}\n${story}`, { cause: error });
  }
}

async function start(
  fault: Fault,
  project: Project,
  gates: Gates,
  env: Readonly<Record<string, string>>,
): Promise<Run> {
  if (fault.open !== undefined) return fault.open(project, env);
  const { env: more, args = [], ...options } = fault.options?.(gates) ?? {};
  return new Zdr(project, {
    ...options,
    args: ['--boot', '4s', '--drain', '10s', ...args],
    env: { ...env, ...more },
  });
}

/** A connection that nobody answers within a second is given up: it may be on a worker that stands still. */
async function answered({ where }: Cell, like: Partial<Body>, tell: (seen: string) => void): Promise<Body | null> {
  try {
    const body = await within('an answer', get(where()), 1_000);
    tell(JSON.stringify(body));
    return Object.entries(like).every(([key, value]) => body[key] === value) ? body : null;
  } catch (error) {
    tell(String(error));
    return null;
  }
}
