import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp, type App } from '../support/app.js';
import { Connection, type Outcome } from '../support/connection.js';
import { canLimit, freeDescriptors, left, limitDescriptors } from '../support/descriptors.js';
import { bodyOf, get } from '../support/get.js';
import { standbyOf } from '../support/status.js';

// EMFILE in the middle of a handover: what cannot be handed on now waits, and is not lost.

const IDLE = 100;
const options = { skip: !canLimit && 'prlimit is needed' };

async function idle({ zdr }: App): Promise<readonly Connection[]> {
  const connections = await Promise.all(Array.from({ length: IDLE }, () => Connection.open(zdr.where)));
  for (const outcome of await Promise.all(connections.map((connection) => connection.send()))) bodyOf(outcome);
  return connections;
}

async function assertAll(connections: readonly Connection[], version: number): Promise<void> {
  const outcomes = await Promise.all(connections.map((connection) => connection.send()));
  const failed = outcomes.filter(({ tag }: Outcome) => tag === 'failed').length;
  assert.equal(failed, 0, `${failed} of ${outcomes.length} failed`);
  for (const outcome of outcomes) assert.equal(bodyOf(outcome).version, version);
  for (const connection of connections) connection.close();
}

for (const [fault, survivors] of [
  ['', 2],
  ['2:go:SIGSTOP', 3],
] as const) {
  test(`zdr itself has 6 descriptors left, ${fault || 'and all else is well'}: no connection is lost`, options, () =>
    withApp('http', { env: { PATIENCE: '60000', ZDR_TEST_FAULT: fault }, args: ['--boot', '4s'] }, async (app) => {
      const { project, zdr } = app;
      const connections = await idle(app);
      await zdr.until('the standby', () => standbyOf(project));
      limitDescriptors(zdr.pid, 6);
      await zdr.rollover(() => project.version(2));
      await zdr.until('the limit was met', () => left(zdr.pid) <= 1 || zdr.all('drained').length > 0);
      if (survivors === 3) {
        freeDescriptors(zdr.pid);
        await zdr.rollover(() => project.version(3));
      }
      await assertAll(connections, survivors);
      freeDescriptors(zdr.pid);
      // A process that could not be started then is started now.
      await zdr.rollover(() => project.version(4));
    }),
  );
}

test('zdr can start no process: it says so, serves on, and the save goes live once it can', options, () =>
  withApp('http', async (app) => {
    const { project, zdr } = app;
    const standby = await zdr.until('the standby', () => standbyOf(project));
    // So that what ends next cannot be made up for.
    limitDescriptors(zdr.pid, 3);
    process.kill(standby, 'SIGKILL');
    await project.version(2);
    const { message, hint } = await zdr.event('warning');
    assert.equal(message, 'no process can be started: too many open files (EMFILE)');
    assert.match(String(hint), /ulimit -n/);
    assert.equal((await get(zdr.where)).version, 1);
    freeDescriptors(zdr.pid);
    await zdr.event('live', { generation: 2 });
    assert.equal((await get(zdr.where)).version, 2);
    assert.equal(zdr.all('warning').length, 1, 'it is told once');
  }),
);

test('the new worker has few descriptors left: what it cannot take waits until it can', options, () =>
  withApp('http', async (app) => {
    const { project, zdr } = app;
    const connections = await idle(app);
    const standby = await zdr.until('the standby', () => standbyOf(project));
    limitDescriptors(standby, 40);
    await zdr.rollover(() => project.version(2));
    const answers = assertAll(connections, 2);
    await zdr.until('no descriptor left', () => left(standby) === 0);
    freeDescriptors(standby);
    await answers;
    await zdr.event('drained', { generation: 1 });
  }),
);

test('the old worker has no descriptor left: it hands on what it has', options, () =>
  withApp('http', async (app) => {
    const { project, zdr } = app;
    const connections = await idle(app);
    const { pid } = await get(zdr.where);
    limitDescriptors(pid, 0);
    await zdr.rollover(() => project.version(2));
    await assertAll(connections, 2);
    await zdr.event('drained', { generation: 1 });
  }),
);
