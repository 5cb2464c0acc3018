import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { withApp } from '../support/app.js';
import { command } from '../support/command.js';
import { Connection } from '../support/connection.js';
import { gateOf } from '../support/gate.js';
import { bodyOf, get, request } from '../support/get.js';
import type { Project } from '../support/project.js';
import { SecureConnection } from '../support/secure.js';
import type { Zdr } from '../support/zdr.js';
import type { Status, WorkerStatus } from '../../dist/status.js';

async function statusOf(project: Project): Promise<Status> {
  const { code, stdout, stderr } = await command(project, ['status', '--json']);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** When all workers have answered the question, which on a busy machine takes one now and then more than half a second. */
function answeredStatusOf(project: Project, zdr: Zdr): Promise<Status> {
  return zdr.until('an answer of each worker', async () => {
    const status = await statusOf(project);
    return workersOf(status).every(({ usage }) => usage !== null) ? status : null;
  });
}

const workersOf = ({ generations }: Status): readonly WorkerStatus[] => generations.flatMap(({ workers }) => workers);

test('zdr status --json: what runs, what it has served and what it has open', () =>
  withApp('http', async ({ project, zdr }) => {
    for (let n = 0; n < 5; n++) await get(zdr.where);
    const kept = await Connection.open(zdr.where);
    bodyOf(await kept.send());
    const gate = gateOf(project);
    const slow = request(zdr.where, `${gate.path}&secret=1`);
    await gate.begun();
    await get(zdr.where);

    const status = await answeredStatusOf(project, zdr);
    assert.equal(status.pid, zdr.pid);
    assert.equal(status.entry, project.path('src/app.ts'));
    assert.deepEqual(status.addresses, zdr.all('ready')[0]?.addresses);
    assert.deepEqual(status.watching, { tag: 'on' });
    assert.deepEqual(
      status.generations.map(({ id, state }) => `${id} ${state}`),
      ['1 live'],
    );
    const [worker, ...others] = workersOf(status);
    assert.deepEqual(others, []);
    assert.equal(worker?.pid, (await get(zdr.where)).pid);
    assert.ok(worker.usage && worker.memory);
    assert.equal(worker.usage.served, 7);
    assert.equal(worker.usage.requests, 8);
    assert.equal(worker.usage.underWay, 1);
    assert.deepEqual(
      worker.usage.open.map((one) => one.tag === 'request' && `${one.method} ${one.path}`),
      [`GET ${gate.path}&secret=1`],
    );
    assert.equal(worker.usage.sockets.request, 1);
    assert.ok(worker.usage.sockets.idle >= 1);
    assert.ok(worker.usage.delay >= 0);
    assert.ok(worker.memory.rss > 20_000_000 && worker.memory.rss < 1_000_000_000);
    if (process.platform === 'linux') assert.ok((worker.memory.pss ?? Infinity) < worker.memory.rss);
    const [build] = status.builds;
    assert.equal(build?.outcome, 'live');
    assert.ok(build.build! > 0 && build.live! > build.build!);
    kept.close();
    await gate.open();
    await slow;
  }));

for (const fixture of ['http', 'https'] as const)
  test(`${fixture}: requests are counted by the worker that answers, also on a connection that came from an older one`, () =>
    withApp(fixture, async ({ project, zdr }) => {
      const connection = await (fixture === 'http' ? Connection : SecureConnection).open(zdr.where);
      const counted = async (): Promise<number | undefined> =>
        workersOf(await answeredStatusOf(project, zdr)).at(-1)?.usage?.requests;
      for (let n = 0; n < 3; n++) await connection.send();
      assert.equal(await counted(), 3);
      await zdr.rollover(() => project.version(2));
      assert.equal(await counted(), 0);
      await connection.send();
      assert.equal(await counted(), 1);
      connection.close();
    }));

test('a request that becomes a WebSocket is not counted', () =>
  withApp('websocket', async ({ project, zdr }) => {
    if (!('port' in zdr.where)) throw new Error('a port is needed');
    const before = await answeredStatusOf(project, zdr);
    const socket = new WebSocket(`ws://${zdr.where.host}:${zdr.where.port}/`);
    await new Promise((resolve) => socket.once('open', resolve));
    const count = (status: Status): number | undefined => workersOf(status).at(-1)?.usage?.requests;
    assert.equal(count(await answeredStatusOf(project, zdr)), count(before));
    socket.terminate();
  }));

test('an old generation is listed with what it still serves, until it is done', () =>
  withApp('http', async ({ project, zdr }) => {
    const slow = await Connection.open(zdr.where);
    void slow.send('/slow?ms=60000');
    const { pid } = await get(zdr.where);
    await zdr.rollover(() => project.version(2));
    const status = await answeredStatusOf(project, zdr);
    assert.deepEqual(
      status.generations.map(({ id, state }) => `${id} ${state}`),
      ['1 draining', '2 live'],
    );
    assert.equal(status.generations[0]?.workers[0]?.pid, pid);
    assert.equal(status.generations[0]?.workers[0]?.usage?.underWay, 1);
    assert.deepEqual(status.builds.at(-1)?.causes, [project.path('src/version.ts')]);

    const { stdout } = await command(project, ['status']);
    assert.match(stdout, /^ {2}zdr src\/app\.ts · pid \d+ · up /);
    assert.match(stdout, /#2 live [^\n]*\n[^]*#1 draining [^\n]* 1\n +[\d.]+ m?s {2}GET \/slow\n/);
    assert.doesNotMatch(stdout, /60000/, 'a query can hold a secret');
    assert.match(stdout, / \d\d:\d\d:\d\d {2}#2 live in [\d.]+ m?s, build [\d.]+ m?s {2,}src\/version\.ts\n/);

    slow.close();
    await zdr.event('drained', { generation: 1 });
    assert.equal((await statusOf(project)).generations.length, 1);
  }));

test('a worker in an endless loop does not hold up the status', () =>
  withApp('http', { args: ['-w', '2'] }, async ({ project, zdr }) => {
    const { pid } = await get(zdr.where, '/loop');
    await zdr.until('one of them does not answer', async () =>
      workersOf(await statusOf(project)).some((worker) => worker.pid === pid && worker.usage === null),
    );
    await zdr.until('the other one answers', async () => {
      const answering = workersOf(await statusOf(project)).filter(({ usage }) => usage !== null);
      assert.ok(answering.every((worker) => worker.pid !== pid));
      return answering.length === 1;
    });
    const { stdout } = await command(project, ['status']);
    assert.match(stdout, new RegExp(` ${pid} [^\\n]* does not answer\\n`));
  }));

test('failed builds and boots are in the list of builds', () =>
  withApp('http', async ({ project, zdr }) => {
    let since = zdr.now();
    await project.write('src/version.ts', 'export const = 2;\n');
    await zdr.event('build-failed', {}, since);
    since = zdr.now();
    await project.write('src/version.ts', "throw new Error('no');\nexport const version = 2;\n");
    await zdr.event('boot-failed', {}, since);
    since = zdr.now();
    await project.write('src/version.ts', 'export const version = 1;\n');
    await zdr.event('unchanged', {}, since);
    const { builds } = await statusOf(project);
    assert.deepEqual(
      builds.map(({ outcome }) => outcome),
      ['live', 'build-failed', 'boot-failed', 'unchanged'],
    );
    const { stdout } = await command(project, ['status']);
    assert.match(stdout, /same bundle[^\n]*\n[^\n]*#2 failed while booting\n[^\n]*build failed\n[^\n]*#1 live/);
  }));

test('websockets, event streams and raw connections are counted as what they are', async () => {
  await withApp('websocket', async ({ project, zdr }) => {
    if (!('port' in zdr.where)) throw new Error('a port is needed');
    const socket = new WebSocket(`ws://${zdr.where.host}:${zdr.where.port}/`);
    await new Promise((resolve) => socket.once('open', resolve));
    const [worker] = workersOf(await answeredStatusOf(project, zdr));
    assert.equal(worker?.usage?.sockets.websocket, 1);
    assert.deepEqual(
      worker.usage.open.map(({ tag }) => tag),
      ['websocket'],
    );
    socket.terminate();
  });
  await withApp('sse', async ({ project, zdr }) => {
    const connection = await Connection.open(zdr.where);
    let begun = false;
    void connection.send('/events', { onBody: () => (begun = true) });
    await zdr.until('the stream', () => begun);
    const [worker] = workersOf(await answeredStatusOf(project, zdr));
    assert.equal(worker?.usage?.sockets.events, 1);
    assert.equal(worker.usage.served, 0);
    connection.close();
  });
});

test('several workers are counted one by one', () =>
  withApp('http', { args: ['-w', '2'] }, async ({ project, zdr }) => {
    for (let n = 0; n < 20; n++) await get(zdr.where);
    const served = workersOf(await answeredStatusOf(project, zdr)).map(({ usage }) => usage?.served ?? 0);
    assert.equal(served.length, 2);
    assert.equal(served[0]! + served[1]!, 20);
  }));
