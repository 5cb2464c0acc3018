import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { Connection } from '../support/connection.js';
import { bodyOf, get, request } from '../support/get.js';
import type { Seen, Zdr } from '../support/zdr.js';

/** Makes the live worker fail; the request that does it is still answered. */
async function crash(zdr: Zdr, path = '/crash'): Promise<Seen<'crashed'>> {
  const since = zdr.now();
  await get(zdr.where, path);
  return zdr.event('crashed', {}, since);
}

test('a crash: the next request waits and is answered by a new worker', () =>
  withApp('http', async ({ zdr }) => {
    const { pid } = await get(zdr.where);
    const { generation, exit, pause } = await crash(zdr);
    assert.deepEqual({ generation, exit }, { generation: 1, exit: { code: 1, signal: null } });
    assert.notEqual(pause, null);
    const next = await get(zdr.where);
    assert.equal(next.version, 1);
    assert.notEqual(next.pid, pid);
    await zdr.event('respawned', { generation: 1 });
    const stderr = zdr.lines.join('\n');
    assert.match(stderr, /Error: version 1 crashed\n[^]*src\/routes\.ts:\d+/, 'the stack, with places in the sources');
  }));

test('an exit of the live worker is a crash, also with 0', () =>
  withApp('http', async ({ zdr }) => {
    const { exit } = await crash(zdr, '/exit?code=0');
    assert.deepEqual(exit, { code: 0, signal: null });
    assert.equal((await get(zdr.where)).version, 1);
  }));

test('3 crashes in 10 s: clients wait for the edit', () =>
  withApp('http', async ({ project, zdr }) => {
    for (const last of [false, false, true]) {
      const { pause } = await crash(zdr);
      assert.equal(pause === null, last);
    }
    const waiting = await Promise.all(Array.from({ length: 5 }, () => Connection.open(zdr.where)));
    const outcomes = Promise.all(waiting.map((connection) => connection.send()));
    await project.version(2);
    for (const outcome of await outcomes) assert.equal(bodyOf(outcome).version, 2);
    for (const connection of waiting) connection.close();
    assert.equal((await crash(zdr)).pause === null, false, 'an edit forgives the crashes before it');
    assert.equal((await get(zdr.where)).version, 2);
  }));

test('a crash while the sources do not build: the last good build comes back', () =>
  withApp('http', async ({ project, zdr }) => {
    await zdr.rollover(() => project.version(2));
    await project.write('src/version.ts', 'export const version = ;\n');
    await zdr.event('build-failed', { live: 2 });
    await crash(zdr);
    assert.equal((await get(zdr.where)).version, 2);
    await zdr.event('respawned', { generation: 2 });
    await zdr.rollover(() => project.write('src/version.ts', 'export const version = 3;\n'));
    assert.equal((await get(zdr.where)).version, 3);
  }));

test('kill -9 of the worker, again and again: no connection is refused', () =>
  withApp('http', async ({ project, zdr }) => {
    for (let version = 2; version <= 5; version++) {
      const { pid } = await get(zdr.where);
      const since = zdr.now();
      process.kill(pid, 'SIGKILL');
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => request(zdr.where)));
      for (const outcome of outcomes) assert.notEqual(bodyOf(outcome).pid, pid);
      const { exit } = await zdr.event('crashed', {}, since);
      assert.deepEqual(exit, { code: null, signal: 'SIGKILL' });
      await zdr.event('respawned', {}, since);
      await zdr.rollover(() => project.version(version));
    }
  }));

test('one of two workers crashes: the other serves meanwhile', () =>
  withApp('http', { args: ['-w', '2'] }, async ({ project, zdr }) => {
    await crash(zdr);
    for (let i = 0; i < 20; i++) assert.equal((await get(zdr.where)).version, 1);
    await zdr.event('respawned');
    await zdr.rollover(() => project.version(2));
    assert.equal((await get(zdr.where)).version, 2);
  }));

test('a save while a crashed worker comes back', () =>
  withApp('http', async ({ project, zdr }) => {
    const since = zdr.now();
    await get(zdr.where, '/crash');
    await project.version(2);
    await zdr.event('live', {}, since);
    assert.equal((await get(zdr.where)).version, 2);
  }));
