import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { Connection, type Outcome } from '../support/connection.js';
import { bodyOf, get } from '../support/get.js';
import { within } from '../support/deadline.js';
import type { Where } from '../support/where.js';

const IDLE = 20;

async function idle(where: Where): Promise<readonly Connection[]> {
  const connections = await Promise.all(Array.from({ length: IDLE }, () => Connection.open(where)));
  for (const outcome of await Promise.all(connections.map((connection) => connection.send('/')))) bodyOf(outcome);
  return connections;
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
  { fault: '1:cut:SIGKILL', survive: false, version: 2 },
  { fault: '1:cut:SIGSTOP', survive: false, version: 2 },
  { fault: '1:cut:loop', survive: false, version: 2 },
  { fault: '1:cut:SIGKILL,2:load:SIGKILL', survive: true, version: 1 },
];

for (const { fault, survive, version } of faults) {
  test(`${fault}: #${version} serves in the end, ${survive ? 'and no connection is lost' : 'new connections are never refused'}`, () =>
    withApp('http', { env: { ZDR_TEST_FAULT: fault }, args: ['--boot', '1s'] }, async ({ project, zdr }) => {
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
    }));
}

/** The new worker dies with the connections only on their way to it: the primary still has its copies. */
for (const fault of ['2:go:SIGKILL', '2:take:SIGKILL']) {
  test(`${fault}, again and again: what was only in transit is not lost, the next edit gets it`, () =>
    withApp('http', { env: { ZDR_TEST_FAULT: fault } }, async ({ project, zdr }) => {
      const connections = await idle(zdr.where);
      await project.version(2);
      await zdr.until('the new code is given up', () => zdr.all('crashed').some(({ pause }) => pause === null));
      const answers = connections.map((connection) => within('an outcome', connection.send('/')));
      await project.version(3);
      for (const outcome of await Promise.all(answers)) assert.equal(bodyOf(outcome).version, 3);
      for (const connection of connections) connection.close();
    }));
}
