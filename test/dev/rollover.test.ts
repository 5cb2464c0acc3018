import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { Connection } from '../support/connection.js';
import { gateOf } from '../support/gate.js';
import { bodyOf, get, request } from '../support/get.js';
import { freePort } from '../support/ports.js';

for (const fixture of [
  'http',
  'express',
  'fastify',
  'hono',
  'koa',
  'nest',
  'cjs',
  'websocket',
  'sse',
  'uploads',
  'tsconfig-paths',
]) {
  test(`${fixture}: a save goes live, on the same port`, () =>
    withApp(fixture, { entry: fixture === 'cjs' ? 'src/app.cts' : 'src/app.ts' }, async ({ project, zdr }) => {
      const { where } = zdr;
      const first = await get(where);
      assert.equal(first.version, 1);
      for (const version of [2, 3]) {
        const live = await zdr.rollover(() => project.version(version));
        assert.deepEqual(
          live.causes.map((cause) => cause.endsWith('src/version.ts')),
          [true],
        );
        const next = await get(where);
        assert.equal(next.version, version);
        assert.notEqual(next.pid, first.pid);
      }
      assert.deepEqual(
        zdr.all('live').map(({ generation }) => generation),
        [2, 3],
      );
      assert.deepEqual(zdr.addresses, [where]);
    }));
}

test('the given port is the port, and the old generation ends', () =>
  withApp('http', { before: async () => ({ env: { PORT: String(await freePort()) } }) }, async ({ project, zdr }) => {
    const first = await get(zdr.where);
    await zdr.rollover(() => project.version(2));
    await zdr.event('drained', { generation: 1 });
    await zdr.until('the old worker is gone', () => zdr.processes().every(({ pid }) => pid !== first.pid));
    assert.equal((await get(zdr.where)).version, 2);
  }));

test('open connections and new ones get the new version from the moment that it is reported', () =>
  withApp('http', async ({ project, zdr }) => {
    const open = await Connection.open(zdr.where);
    assert.equal(bodyOf(await open.send()).version, 1);
    await zdr.rollover(() => project.version(2));
    const next = open.closed ? await Connection.open(zdr.where) : open;
    assert.equal(bodyOf(await next.send()).version, 2);
    next.close();
  }));

test('a request that is under way is finished by the old version', () =>
  withApp('express', async ({ project, zdr }) => {
    const gate = gateOf(project);
    const slow = request(zdr.where, gate.path);
    await gate.begun();
    await zdr.rollover(() => project.version(2));
    assert.equal((await get(zdr.where)).version, 2);
    // Only now, with the save live, the answer may end.
    await gate.open();
    assert.equal(bodyOf(await slow).version, 1);
    await zdr.event('drained', { generation: 1 });
  }));

test('two workers: none of the old answers after the report', () =>
  withApp('http', { args: ['-w', '2'] }, async ({ project, zdr }) => {
    await zdr.rollover(() => project.version(2));
    const bodies = await Promise.all(Array.from({ length: 40 }, () => get(zdr.where)));
    assert.deepEqual(new Set(bodies.map(({ version }) => version)), new Set([2]));
  }));
