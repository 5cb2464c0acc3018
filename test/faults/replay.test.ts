import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { withApp } from '../support/app.js';
import { command } from '../support/command.js';
import { until } from '../support/deadline.js';
import { get } from '../support/get.js';
import { assertSeamless, startLoad } from '../support/load.js';
import type { Project } from '../support/project.js';
import type { Zdr } from '../support/zdr.js';

// Sequences as those of test/rollover/properties.test.ts, with real files, builds and processes.

const bodies = {
  good: '',
  throws: "throw new Error('no');",
  exits: 'process.exit(3);',
  silent: 'await new Promise(() => setInterval(() => {}, 1_000));',
  unbuildable: 'export const = ;',
} as const;
type Kind = keyof typeof bodies;

type Action =
  /** `wait`: until what comes of it is told; without, the next action comes in the middle. */
  | { readonly do: 'save'; readonly kind: Kind; readonly wait: boolean }
  | { readonly do: 'touch' }
  | { readonly do: 'reload' }
  | { readonly do: 'crash'; readonly which: number };

const calm = [
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('save' as const),
      kind: fc.constantFrom<Kind>('good', 'good', 'throws', 'exits', 'silent', 'unbuildable'),
      wait: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('touch' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reload' as const) }) },
] as const;
const crash = { weight: 3, arbitrary: fc.record({ do: fc.constant('crash' as const), which: fc.nat(9) }) };

/** The same at each run: what fails can be repeated. */
const sample = (seed: number, ...actions: readonly { weight: number; arbitrary: fc.Arbitrary<Action> }[]): Action[][] =>
  fc.sample(fc.array(fc.oneof(...actions), { minLength: 4, maxLength: 8 }), { seed, numRuns: 4 });

const OUTCOMES = ['live', 'boot-failed', 'build-failed', 'unchanged'] as const;

async function play({ project, zdr }: { project: Project; zdr: Zdr }, actions: readonly Action[]): Promise<number> {
  let version = 1;
  for (const action of actions) {
    const since = zdr.now();
    switch (action.do) {
      case 'save':
        version += 1;
        await project.write('src/more.ts', `${bodies[action.kind]}\nexport const more = '${version}';\n`);
        // Both files at once are one save for a person; here they may be two.
        await project.version(version);
        // What never listens is not waited for: the next save takes its place.
        if (action.wait && action.kind !== 'silent')
          await zdr.until('an outcome', () => OUTCOMES.some((type) => zdr.all(type, since).length > 0));
        break;
      case 'touch':
        await project.edit('src/version.ts', (text) => text);
        break;
      case 'reload':
        zdr.signal('SIGUSR2');
        break;
      case 'crash': {
        const workers = zdr.processes().filter(({ command }) => command.includes('/dist/worker/main'));
        const victim = workers[action.which % Math.max(1, workers.length)];
        if (victim !== undefined) killIfThere(victim.pid);
      }
    }
  }
  return version + 1;
}

/** Between the look at the processes and this, the worker of an older generation may have ended, as it should. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function endLive({ project, zdr }: { project: Project; zdr: Zdr }, version: number): Promise<void> {
  await project.write('src/more.ts', "export const more = 'last';\n");
  await project.version(version);
  try {
    await until(`version ${version} answers`, async () => (await get(zdr.where)).version === version);
  } catch (error) {
    const { stdout } = await command(project, ['status', '--json']);
    throw new Error(`${String(error)}\n${stdout}`, { cause: error });
  }
}

for (const actions of sample(20, ...calm))
  test(`nobody notices, and the last version is live: ${told(actions)}`, () =>
    withApp('faults', async (app) => {
      const loads = (['keep-alive', 'fresh'] as const).map((kind) => startLoad(app.zdr.where, kind, 2));
      await endLive(app, await play(app, actions));
      for (const load of loads) assertSeamless(await load.stop());
    }));

for (const actions of sample(21, ...calm, crash))
  test(`whatever is killed, the last version is live: ${told(actions)}`, () =>
    withApp('faults', async (app) => {
      const version = await play(app, actions);
      await endLive(app, version);
      const again = await app.zdr.rollover(() => app.project.version(version + 1));
      assert.equal((await get(app.zdr.where))['generation'], again.generation);
    }));

function told(actions: readonly Action[]): string {
  return actions
    .map((action) =>
      action.do === 'save' ? `${action.kind}${action.wait && action.kind !== 'silent' ? '.' : ''}` : action.do,
    )
    .join(', ');
}
