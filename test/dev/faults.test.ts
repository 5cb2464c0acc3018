import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { withApp } from '../support/app.js';
import { Connection, type Outcome } from '../support/connection.js';
import { bodyOf, get } from '../support/get.js';
import { within } from '../support/deadline.js';
import { standbyOf } from '../support/status.js';
import type { Where } from '../support/where.js';

const IDLE = 20;

async function idle(where: Where): Promise<readonly Connection[]> {
  const connections = await Promise.all(Array.from({ length: IDLE }, () => Connection.open(where)));
  for (const outcome of await Promise.all(connections.map((connection) => connection.send('/')))) bodyOf(outcome);
  return connections;
}

/** Little memory, so that its end comes soon. */
const small = { NODE_OPTIONS: '--max-old-space-size=64' };

/** Connections that are idle stay, however long a machine takes. */
function envOf(fault: string): Readonly<Record<string, string>> {
  return { PATIENCE: '60000', ZDR_TEST_FAULT: fault, ...(fault.includes('oom') ? small : {}) };
}

interface Fault {
  /** Generation, step and what happens there. */
  readonly fault: string;
  /** Whether connections that were idle at the save have to survive: they were never on a worker that died. */
  readonly survive: boolean;
  /** Which generation serves in the end. */
  readonly version: 1 | 2;
}

const faults: readonly Fault[] = [
  { fault: '2:load:SIGKILL', survive: true, version: 1 },
  { fault: '2:load:SIGSTOP', survive: true, version: 1 },
  { fault: '2:load:loop', survive: true, version: 1 },
  { fault: '2:load:SIGABRT', survive: true, version: 1 },
  { fault: '2:load:oom', survive: true, version: 1 },
  { fault: '2:load:disconnect', survive: true, version: 1 },
  { fault: '1:cut:oom', survive: false, version: 2 },
  { fault: '1:cut:disconnect', survive: false, version: 2 },
  { fault: '1:cut:SIGKILL', survive: false, version: 2 },
  { fault: '1:cut:SIGSTOP', survive: false, version: 2 },
  { fault: '1:cut:loop', survive: false, version: 2 },
  { fault: '1:cut:SIGKILL,2:load:SIGKILL', survive: true, version: 1 },
];

for (const { fault, survive, version } of faults) {
  test(`${fault}: #${version} serves in the end, ${survive ? 'and no connection is lost' : 'new connections are never refused'}`, () =>
    withApp(
      'http',
      { env: envOf(fault), args: ['--boot', fault.includes('oom') ? '10s' : '3s'] },
      async ({ project, zdr }) => {
        // On a slow machine the first boot may take longer than its second.
        await zdr.until('an address', () => zdr.addresses.length > 0);
        const connections = await idle(zdr.where);
        await project.version(2);
        if (version === 2) await zdr.event('live', { generation: 2 });
        else await zdr.event('boot-failed', { generation: 2, live: 1 });
        // A request that was waiting in the kernel is answered as well as one that comes now.
        assert.equal((await get(zdr.where)).version, version);
        const outcomes = await Promise.all(connections.map((connection) => within('an outcome', connection.send('/'))));
        const lost = outcomes.filter(({ tag }: Outcome) => tag === 'failed').length;
        if (survive) assert.equal(lost, 0);
        for (const outcome of outcomes) if (outcome.tag === 'answered') assert.equal(bodyOf(outcome).version, version);
        for (const connection of connections) connection.close();
      },
    ));
}

/** The new worker dies with the connections only on their way to it: the primary still has its copies. */
for (const fault of [
  '2:go:SIGKILL',
  '2:take:SIGKILL',
  '2:go:oom',
  '2:take:oom',
  '2:go:disconnect',
  '2:take:disconnect',
]) {
  test(`${fault}, again and again: what was only in transit is not lost, the next edit gets it`, () =>
    withApp('http', { env: envOf(fault) }, async ({ project, zdr }) => {
      const connections = await idle(zdr.where);
      await project.version(2);
      // It is given up with the last of them. On a busy machine each takes seconds.
      for (let count = 1; zdr.all('crashed').at(-1)?.pause !== null; count += 1)
        await zdr.until(`crash ${count}`, () => zdr.all('crashed').length >= count);
      const answers = connections.map((connection) => within('an outcome', connection.send('/')));
      await project.version(3);
      for (const outcome of await Promise.all(answers)) assert.equal(bodyOf(outcome).version, 3);
      for (const connection of connections) connection.close();
      if (fault.endsWith('oom')) assert.match(zdr.lines.join('\n'), /heap out of memory/);
    }));
}

/** Both workers fail in the same handover: new clients wait, and the next edit serves them. */
for (const how of ['SIGKILL', 'SIGSTOP', 'loop', 'oom', 'disconnect']) {
  test(`the old worker at its cut and the new one at its go, ${how}: the next edit goes live`, () =>
    withApp('http', { env: envOf(`1:cut:${how},2:go:${how}`), args: ['--boot', '3s'] }, async ({ project, zdr }) => {
      const connections = await idle(zdr.where);
      await project.version(2);
      await zdr.event('live', { generation: 2 });
      const waiting = Array.from({ length: IDLE }, () => get(zdr.where));
      await zdr.rollover(() => project.version(3));
      for (const { version } of await Promise.all(waiting)) assert.equal(version, 3);
      // None of those that were on the old worker may hang.
      await Promise.all(connections.map((connection) => within('an outcome', connection.send())));
      for (const connection of connections) connection.close();
    }));
}

/** Its first process ends once it listens, its second one waits for a file. */
const dying = `import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
export const version = 2;
if (existsSync('first')) while (!existsSync('go')) await wait(10);
else {
  writeFileSync('first', '');
  setTimeout(() => process.exit(1), 50);
}
`;

test('the new worker dies before the old one has confirmed its cut, and the next save cannot run: the new code comes back', () =>
  withApp('http', { env: envOf('1:cut:SIGSTOP'), args: ['--boot', '5s'] }, async ({ project, zdr }) => {
    await project.write('src/version.ts', dying);
    await zdr.event('live', { generation: 2 });
    const waiting = Array.from({ length: IDLE }, () => get(zdr.where));
    await project.write('src/version.ts', "throw new Error('no');\nexport const version = 3;\n");
    await zdr.event('boot-failed', { generation: 3, live: 2 });
    await project.write('go', '');
    for (const { version } of await Promise.all(waiting)) assert.equal(version, 2);
    await zdr.rollover(() => project.write('src/version.ts', 'export const version = 4;\n'));
    assert.equal((await get(zdr.where)).version, 4);
  }));

test('the standby dies as it is to get the app: a new process does, and nothing else happens', () =>
  withApp('http', async ({ project, zdr }) => {
    const standby = await zdr.until('the standby', () => standbyOf(project));
    // So that it is taken, and does not notice.
    process.kill(standby, 'SIGSTOP');
    await project.version(2);
    await wait(500);
    process.kill(standby, 'SIGKILL');
    await zdr.event('live', { generation: 2 });
    assert.equal((await get(zdr.where)).version, 2);
    assert.deepEqual([...zdr.all('boot-failed'), ...zdr.all('crashed')], []);
  }));

test('SIGKILL of both at once, with a request in flight on the old one: nothing else fails', () =>
  withApp('http', async ({ project, zdr }) => {
    const [old, ...rest] = await idle(zdr.where);
    const { pid } = await get(zdr.where);
    const slow = old!.send('/slow?ms=60000');
    await zdr.rollover(() => project.version(2));
    const next = await get(zdr.where);
    process.kill(pid, 'SIGKILL');
    process.kill(next.pid, 'SIGKILL');
    const waiting = Array.from({ length: IDLE }, () => get(zdr.where));
    for (const { version } of await Promise.all(waiting)) assert.equal(version, 2);
    assert.equal((await slow).tag, 'failed');
    for (const connection of rest) connection.close();
    assert.equal((await zdr.rollover(() => project.version(3))).generation, 3);
  }));

test('1,000 connections for a worker that is stopped: the next edit gets them all', () =>
  withApp('http', { env: envOf('2:take:SIGSTOP'), args: ['--boot', '4s'] }, async ({ project, zdr }) => {
    const connections = await Promise.all(Array.from({ length: 50 }, () => idle(zdr.where)));
    await zdr.rollover(() => project.version(2));
    const answers = connections.flat().map((connection) => connection.send());
    await zdr.rollover(() => project.version(3));
    for (const outcome of await Promise.all(answers)) assert.equal(bodyOf(outcome).version, 3);
    for (const connection of connections.flat()) connection.close();
  }));
