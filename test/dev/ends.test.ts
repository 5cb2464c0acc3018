import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { withApp } from '../support/app.js';
import { Connection } from '../support/connection.js';
import { within } from '../support/deadline.js';
import { gateOf } from '../support/gate.js';
import { bodyOf, get, request } from '../support/get.js';
import type { Zdr } from '../support/zdr.js';

/**
 * All processes end by themselves soon after `start`. About a second is what the README says of a machine that is not
 * busy; how busy this one is, is told by how long it takes just now to start a shell that kills something and ends.
 */
async function goneSoon(zdr: Zdr, start: number): Promise<void> {
  await zdr.gone();
  const since = performance.now() - start;
  const before = performance.now();
  await once(spawn('/bin/sh', ['-c', 'sleep 60 & kill -9 $!; wait'], { stdio: 'ignore' }), 'close');
  const reference = performance.now() - before;
  const allowed = 1_500 + 50 * reference;
  assert.ok(since < allowed, `gone after ${Math.round(since)} ms; a shell took ${Math.round(reference)} ms`);
}

/** npm passes a Ctrl-C on that the terminal has sent already: what comes within 100 ms is one press. */
const onePress = 150;

test('Ctrl-C once: what is open is finished, then 0', () =>
  withApp('http', async ({ project, zdr }) => {
    const gate = gateOf(project);
    const slow = request(zdr.where, gate.path);
    await gate.begun();
    zdr.signalAll('SIGINT');
    const { open } = await zdr.event('stopping');
    assert.deepEqual(
      open.map((one) => one.tag === 'request' && one.path),
      [gate.path],
    );
    await gate.open();
    assert.equal(bodyOf(await slow).version, 1);
    assert.deepEqual(await within('the end', zdr.exit), { code: 0, signal: null });
    assert.equal(zdr.all('stopped')[0]?.forced, false);
    await assert.rejects(Connection.open(zdr.where));
  }));

test('Ctrl-C twice: at once, 130', () =>
  withApp('http', async ({ zdr }) => {
    const slow = request(zdr.where, '/slow?ms=60000');
    await get(zdr.where);
    zdr.signalAll('SIGINT');
    await zdr.event('stopping');
    await wait(onePress);
    const start = performance.now();
    zdr.signalAll('SIGINT');
    assert.deepEqual(await within('the end', zdr.exit), { code: 130, signal: null });
    await goneSoon(zdr, start);
    assert.equal((await slow).tag, 'failed');
  }));

for (const [signal, forced] of [
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  test(`${signal}: graceful, and ${forced} when it comes twice`, async () => {
    await withApp('http', async ({ project, zdr }) => {
      const gate = gateOf(project);
      const slow = request(zdr.where, gate.path);
      await gate.begun();
      zdr.signal(signal);
      await zdr.event('stopping');
      await gate.open();
      assert.equal(bodyOf(await slow).version, 1);
      assert.deepEqual(await within('the end', zdr.exit), { code: 0, signal: null });
    });
    await withApp('http', async ({ zdr }) => {
      const slow = request(zdr.where, '/slow?ms=60000');
      await get(zdr.where);
      zdr.signal(signal);
      await zdr.event('stopping');
      await wait(onePress);
      zdr.signal(signal);
      assert.deepEqual(await within('the end', zdr.exit), { code: forced, signal: null });
      await slow;
    });
  });
}

test('a stop ends idle keep-alive connections, draining generations and a booting one', () =>
  withApp('http', { args: ['--boot', '60s'] }, async ({ project, zdr }) => {
    const idle = await Connection.open(zdr.where);
    bodyOf(await idle.send());
    const gate = gateOf(project);
    const slow = request(zdr.where, gate.path);
    await gate.begun();
    await zdr.rollover(() => project.version(2));
    await project.edit('src/app.ts', (text) =>
      text.replace('server.listen', "console.log('boots'); for (;;); server.listen"),
    );
    await zdr.until('the boot', () => zdr.stdout.includes('boots'));
    zdr.signalAll('SIGINT');
    await zdr.event('stopping');
    await gate.open();
    assert.equal(bodyOf(await slow).version, 1);
    assert.deepEqual(await within('the end', zdr.exit), { code: 0, signal: null });
    idle.close();
  }));

test('a stop while nothing was ever live', () =>
  withApp(
    'http',
    { ready: false, before: (project) => project.write('src/app.ts', 'const = ;\n') },
    async ({ zdr }) => {
      await zdr.event('build-failed');
      zdr.signalAll('SIGINT');
      assert.deepEqual(await within('the end', zdr.exit), { code: 0, signal: null });
    },
  ));

test('SIGKILL of the primary: all are gone', () =>
  withApp('http', { args: ['-w', '2'] }, async ({ project, zdr }) => {
    void request(zdr.where, '/slow?ms=60000');
    await get(zdr.where);
    await zdr.rollover(() => project.version(2));
    const start = performance.now();
    zdr.signal('SIGKILL');
    await goneSoon(zdr, start);
    await zdr.exit;
    await assert.rejects(Connection.open(zdr.where));
  }));

test('SIGKILL of the primary with a worker in an endless loop: all are gone', () =>
  withApp('http', async ({ zdr }) => {
    await get(zdr.where, '/loop');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const start = performance.now();
    zdr.signal('SIGKILL');
    await goneSoon(zdr, start);
  }));

test("the app's children end with their generation, and with zdr", () =>
  withApp('children', async ({ project, zdr }) => {
    const { child } = await get(zdr.where);
    assert.ok(zdr.processes().some(({ pid }) => pid === child));
    await zdr.rollover(() => project.version(2));
    await zdr.event('drained', { generation: 1 });
    await zdr.until('the old child is gone', () => zdr.processes().every(({ pid }) => pid !== child));
    const next = await get(zdr.where);
    assert.ok(
      zdr.processes().some(({ pid }) => pid === next.child),
      'the child of the new version lives',
    );
  }));

test("SIGKILL of the primary: the app's children are gone too", () =>
  withApp('children', async ({ zdr }) => {
    await get(zdr.where);
    const start = performance.now();
    zdr.signal('SIGKILL');
    await goneSoon(zdr, start);
  }));

test('the files of old generations go while zdr runs, in node_modules/.cache/zdr', () =>
  withApp('http', { ownModules: true }, async ({ project, zdr }) => {
    const { readdir } = await import('node:fs/promises');
    const files = async (end: string): Promise<readonly string[]> => {
      const names = await readdir(project.path('node_modules/.cache/zdr'), { recursive: true });
      return names.filter((name) => name.endsWith(end));
    };
    await zdr.until('a file of the first generation', async () => (await files('.mjs')).length > 0);
    for (const first of [2, 7]) {
      for (let version = first; version < first + 5; version++) await zdr.rollover(() => project.version(version));
      await zdr.until('one bundle is left, and the pieces for the next ones', async () => {
        const [bundles, pieces, compiled] = await Promise.all(['.mjs', '.cjs', '.compiled'].map(files));
        return bundles?.length === 1 && pieces?.length === 1 && compiled?.length === 1;
      });
    }
    await zdr.event('drained', { generation: 10 });
  }));
