import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { Connection } from '../support/connection.js';
import { bodyOf, get, request } from '../support/get.js';
import { startLoad } from '../support/load.js';

/** So many at once are more than its workers have taken when the next ones come. */
const CROWD = 200;

// An app that uses node:cluster itself: it is the primary of workers of its own, as it is under node.

test('the app is the primary, its workers run the source entry, and one that crashes is replaced by the app', () =>
  withApp('cluster', { args: ['--', '--verbose'] }, async ({ project, zdr }) => {
    const first = await get(zdr.where);
    assert.deepEqual(first['argv'], [project.path('src/app.ts'), '--verbose']);
    const pids = new Set<number>();
    while (pids.size < 2) pids.add((await get(zdr.where)).pid);
    await request(zdr.where, '/crash');
    await zdr.until('the app is told', () => /^worker \d+ ended$/m.test(zdr.stdout));
    const gone = Number(/^worker (\d+) ended$/m.exec(zdr.stdout)?.[1]);
    assert.ok(pids.delete(gone));
    await zdr.until('another one serves', async () => {
      const { pid, parent } = await get(zdr.where);
      assert.equal(parent, first['parent']);
      return !pids.has(pid);
    });
    assert.deepEqual(zdr.all('crashed'), []);
  }));

test('a connection per request, over 10 rollovers: none failed, and none stale that was opened afterwards', () =>
  withApp('cluster', async ({ project, zdr }) => {
    const load = startLoad(zdr.where, 'fresh', 8, 20);
    for (let version = 2; version <= 11; version += 1) {
      const live = await zdr.rollover(() => project.version(version));
      load.live(version, live.at);
      const upTo = load.answered();
      await zdr.until('answers', () => load.answered() >= upTo + 16);
    }
    const totals = await load.stop();
    assert.deepEqual(totals.failed, []);
    // The old primary may have dealt out one that was open already: see Differences in the README.
    assert.deepEqual(totals.staleOnNew, []);
    assert.ok(totals.versions.has(11));
  }));

test('more clients than workers, so that some wait until the old primary deals them out, over 7 rollovers: none failed', () =>
  withApp('cluster', async ({ project, zdr }) => {
    const load = startLoad(zdr.where, 'fresh', CROWD, 1);
    for (let version = 2; version <= 8; version += 1) {
      const live = await zdr.rollover(() => project.version(version));
      load.live(version, live.at);
      const upTo = load.answered();
      await zdr.until('answers', () => load.answered() >= upTo + CROWD);
    }
    const totals = await load.stop();
    assert.deepEqual(totals.failed, []);
    assert.deepEqual(totals.staleOnNew, []);
  }));

test('kept connections over 6 rollovers: none failed; what is under way is finished by the code that began it', () =>
  withApp('cluster', async ({ project, zdr }) => {
    const load = startLoad(zdr.where, 'keep-alive', 16, 20);
    const late = await Connection.open(zdr.where);
    const slow = late.send('/?wait=3000');
    for (let version = 2; version <= 7; version += 1) {
      await zdr.rollover(() => project.version(version));
      const upTo = load.answered();
      await zdr.until('answers', () => load.answered() >= upTo + 32);
    }
    assert.deepEqual((await load.stop()).failed, []);
    assert.equal(bodyOf(await slow).version, 1);
    await zdr.event('drained', { generation: 1 });
    assert.equal((await get(zdr.where)).version, 7);
  }));

test('a kept connection has one more answer of the old code, which says that it is the last there', () =>
  withApp('cluster', { env: { KEEP: '60000' } }, async ({ project, zdr }) => {
    const kept = await Connection.open(zdr.where);
    assert.equal(bodyOf(await kept.send('/')).version, 1);
    await zdr.rollover(() => project.version(2));
    const last = await kept.send('/');
    assert.equal(bodyOf(last).version, 1);
    assert.equal(last.tag === 'answered' && last.answer.headers.get('connection'), 'close');
    await zdr.event('drained', { generation: 1 });
    assert.equal((await get(zdr.where)).version, 2);
  }));

test('a version whose workers cannot listen does not go live', () =>
  withApp('cluster', { args: ['--boot', '3s'] }, async ({ project, zdr }) => {
    const since = zdr.now();
    await project.edit('src/serve.ts', (text) =>
      text.replace('const server', "throw new Error('no');\n  const server"),
    );
    await zdr.event('boot-failed', {}, since);
    assert.equal((await get(zdr.where)).version, 1);
    await project.edit('src/serve.ts', (text) => text.replace("throw new Error('no');", ''));
    await zdr.rollover(() => project.version(2));
    assert.equal((await get(zdr.where)).version, 2);
  }));
