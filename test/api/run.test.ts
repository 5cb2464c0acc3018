import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { dev, start, ZdrError, type RunOptions, type Zdr, type ZdrEvent } from '../../dist/index.js';
import { until, within } from '../support/deadline.js';
import { gateOf } from '../support/gate.js';
import { bodyOf, get, request } from '../support/get.js';
import { openProject, type Project, repository } from '../support/project.js';
import { whereOf } from '../support/where.js';

/** A project of a fixture, and the options to run it. */
async function project(t: TestContext, fixture = 'http'): Promise<readonly [Project, RunOptions]> {
  const opened = await openProject(fixture);
  t.after(() => opened.close());
  return [opened, { cwd: opened.dir, entry: 'src/app.ts' }];
}

function closing(t: TestContext, zdr: Zdr): Zdr {
  t.after(() => zdr.close({ force: true }));
  return zdr;
}

/** Resolves with the next event of a type. */
function next<T extends ZdrEvent['type']>(zdr: Zdr, type: T): Promise<Extract<ZdrEvent, { readonly type: T }>> {
  return within(
    `event ${type}`,
    new Promise((resolve) => {
      const off = zdr.on(type, (event) => {
        off();
        resolve(event as Extract<ZdrEvent, { readonly type: T }>);
      });
    }),
  );
}

test('a run: ready, live, reload, status, close', async (t) => {
  const [{ version, write }, options] = await project(t);
  const seen: string[] = [];
  const zdr = closing(t, await dev({ ...options, onLive: ({ type }) => seen.push(`onLive ${type}`) }));
  zdr.on('*', ({ type }) => seen.push(type));
  const { addresses, generation } = await within('ready', zdr.ready());
  assert.equal(generation, 1);
  const where = whereOf(addresses[0]!);
  assert.equal((await get(where)).version, 1);

  const live = next(zdr, 'live');
  await version(2);
  assert.equal((await live).generation, 2);
  assert.equal((await get(where)).version, 2);

  const reloaded = await within('reload', zdr.reload());
  assert.equal(reloaded.tag === 'live' && reloaded.generation, 3);

  const failed = next(zdr, 'build-failed');
  await write('src/version.ts', 'export const version = ;\n');
  assert.equal((await failed).live, 3);
  const again = await within('reload', zdr.reload());
  assert.equal(again.tag, 'failed');

  const status = await within('status', zdr.status());
  assert.equal(status.generations.find(({ state }) => state === 'live')?.id, 3);
  assert.equal((await within('ready', zdr.ready())).generation, 1);

  await within('close', zdr.close());
  assert.deepEqual(
    seen.filter((what) => /^(?:onLive|ready|live$|stopped)/.test(what)),
    ['ready', 'onLive ready', 'live', 'onLive live', 'live', 'onLive live', 'stopped'],
  );
  assert.equal((await zdr.reload()).tag, 'stopped');
});

test('what a generation needed in this process goes with it: handles, timers', async (t) => {
  const [{ version }, options] = await project(t);
  const zdr = closing(t, await dev(options));
  await within('ready', zdr.ready());
  const drained = (): Promise<unknown> => next(zdr, 'drained');
  /** No save is one of a series (within 300 ms), which would have one more standby. */
  const roll = async (n: number): Promise<void> => {
    await wait(350);
    const gone = drained();
    await version(n);
    await gone;
  };
  /** Kinds of things that node counts as active beside one worker that serves and one that waits, whatever else comes and goes. */
  const active = async (): Promise<number> => {
    await until('one standby', async () => {
      const { generations, standbys } = await zdr.status();
      return generations.length === 1 && standbys.map(({ state }) => state).join() === 'standby';
    });
    const looks: number[] = [];
    for (let n = 0; n < 10; n += 1) {
      looks.push(process.getActiveResourcesInfo().filter((kind) => kind !== 'FSEventWrap').length);
      await wait(50);
    }
    return Math.min(...looks);
  };
  for (let n = 2; n < 5; n += 1) await roll(n);
  const before = await active();
  for (let n = 5; n < 11; n += 1) await roll(n);
  const after = await active();
  assert.ok(after - before < 6, `${after - before} more after 6 rollovers`);
});

test('beforeReload comes before the new code, and a throw keeps it away', async (t) => {
  const [{ version }, options] = await project(t);
  const calls: (readonly string[])[] = [];
  let refuse = false;
  const zdr = closing(
    t,
    await dev({
      ...options,
      async beforeReload({ causes }) {
        calls.push(causes);
        if (refuse) throw new Error('not now');
      },
    }),
  );
  await within('ready', zdr.ready());
  assert.deepEqual(calls, []);
  const live = next(zdr, 'live');
  await version(2);
  await live;
  assert.deepEqual(calls, [[`${options.cwd}/src/version.ts`]]);
  refuse = true;
  const failed = next(zdr, 'build-failed');
  await version(3);
  const { errors, live: serving } = await failed;
  assert.match(errors[0]!.text, /beforeReload failed[^]*not now/);
  assert.equal(serving, 2);
});

test('a save back to what an older generation is, which ends before the new one has begun: it is built once more', async (t) => {
  const [opened, options] = await project(t);
  const { version } = opened;
  const hook = new EventEmitter();
  const zdr = closing(
    t,
    await dev({
      ...options,
      async beforeReload() {
        if (hook.emit('asked')) await once(hook, 'done');
      },
    }),
  );
  const { addresses } = await within('ready', zdr.ready());
  const where = whereOf(addresses[0]!);
  const gate = gateOf(opened);
  const slow = request(where, gate.path);
  await gate.begun();
  const second = next(zdr, 'live');
  await version(2);
  await second;
  const asked = once(hook, 'asked');
  const drained = next(zdr, 'drained');
  const third = next(zdr, 'live');
  await version(1);
  await asked;
  await gate.open();
  assert.equal(bodyOf(await slow).version, 1);
  assert.equal((await drained).generation, 1);
  hook.emit('done');
  assert.equal((await third).generation, 3);
  assert.equal((await get(where)).version, 1);
});

test('a close while beforeReload is awaited: nothing is built when it ends', async (t) => {
  const opened = await openProject('http', { ownModules: true });
  t.after(() => opened.close());
  const bundles = (): unknown[] => {
    const folder = opened.path('node_modules/.cache/zdr');
    return existsSync(folder) ? readdirSync(folder, { recursive: true }) : [];
  };
  const hook = new EventEmitter();
  const beforeReload = async (): Promise<void> => {
    hook.emit('asked');
    await once(hook, 'done');
  };
  const zdr = closing(t, await dev({ cwd: opened.dir, entry: 'src/app.ts', beforeReload }));
  await within('ready', zdr.ready());
  const asked = once(hook, 'asked');
  await opened.version(2);
  await asked;
  assert.notDeepEqual(bundles(), []);
  await within('close', zdr.close({ force: true }));
  assert.deepEqual(bundles(), []);
  hook.emit('done');
  // Longer than a build takes.
  await wait(500);
  assert.deepEqual(bundles(), []);
});

test('a signal closes; one that is aborted already refuses', async (t) => {
  const [, options] = await project(t);
  const controller = new AbortController();
  const zdr = closing(t, await dev({ ...options, signal: controller.signal }));
  const stopped = next(zdr, 'stopped');
  await within('ready', zdr.ready());
  controller.abort();
  await stopped;
  await within('close', zdr.close());
  await assert.rejects(dev({ ...options, signal: AbortSignal.abort(new Error('too late')) }), /too late/);
});

test('what is wrong rejects with a code and what to do', async (t) => {
  const [, options] = await project(t);
  const refused = async (wrong: object, message: RegExp): Promise<void> => {
    await assert.rejects(dev({ ...options, ...wrong }), (error) => {
      assert.ok(error instanceof ZdrError);
      assert.equal(error.code, 'ERR_ZDR_OPTIONS');
      assert.match(error.message, message);
      return true;
    });
  };
  await refused({ drian: '1s' }, /unknown key drian in the options of dev\(\): did you mean drain\?/);
  await refused({ drain: '1 parsec' }, /drain in the options of dev\(\) is '1 parsec', no time/);
  await refused({ entry: 'src/ap.ts' }, /src\/ap\.ts \(entry in the options of dev\(\)\) does not exist.*src\/app\.ts/);
  await refused({ json: true }, /unknown key json/);
});

test('start: the first boot fails, ready() says why', async (t) => {
  const [{ write }, options] = await project(t);
  await write('src/version.ts', "throw new Error('no database');\nexport const version = 1;\n");
  const zdr = closing(t, await start({ ...options, workers: 1 }));
  await assert.rejects(within('ready', zdr.ready()), (error) => {
    assert.ok(error instanceof ZdrError);
    assert.equal(error.code, 'ERR_ZDR_CLOSED');
    assert.match(error.message, /no database/);
    return true;
  });
});

test('two runs in one process do not touch each other', async (t) => {
  const [one, first] = await project(t);
  const [two, second] = await project(t);
  const a = closing(t, await dev({ ...first, conditions: 'a' }));
  const b = closing(t, await dev({ ...second, conditions: 'b' }));
  const [ready] = await within('both', Promise.all([b.ready(), a.ready()]));
  const live = Promise.all([next(a, 'live'), next(b, 'live')]);
  await Promise.all([one.version(2), two.version(2)]);
  await live;
  await within('close', a.close());
  const third = next(b, 'live');
  await two.version(3);
  await third;
  assert.equal((await get(whereOf(ready.addresses[0]!))).version, 3);
});

test('a program that closes its run ends by itself, and is as it was', async (t) => {
  const [{ dir, temp, write }] = await project(t);
  await write(
    'tool.mjs',
    `import cluster from 'node:cluster';
     import { dev } from ${JSON.stringify(pathToFileURL(`${repository}/dist/index.js`).href)};
     const look = () => JSON.stringify([
       process.eventNames().filter((name) => String(name).startsWith('SIG')),
       process.listenerCount('uncaughtException'), process.sourceMapsEnabled,
       cluster.settings, cluster.schedulingPolicy, process.exitCode, process.argv.length,
     ]);
     const before = look();
     const zdr = await dev({ entry: 'src/app.ts' });
     await zdr.ready();
     const during = look();
     await zdr.close();
     console.log(before === during && before === look() ? 'same' : before + during + look());`,
  );
  const child = spawn(process.execPath, ['tool.mjs'], {
    cwd: dir,
    env: { ...process.env, TMPDIR: temp },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let out = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (out += chunk));
  const [code] = await within('the program ends', once(child, 'close'));
  assert.equal(out, 'same\n');
  assert.equal(code, 0);
  assert.deepEqual(readdirSync(temp), []);
});
