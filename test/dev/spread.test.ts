import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { Connection } from '../support/connection.js';
import { bodyOf, get } from '../support/get.js';
import type { Where } from '../support/where.js';

const workers = 4;

/** No worker gets more than this times its share. */
const fair = 1.5;

function assertSpread(pids: readonly number[]): void {
  const counts = new Map<number, number>();
  for (const pid of pids) counts.set(pid, (counts.get(pid) ?? 0) + 1);
  assert.equal(counts.size, workers, 'all workers serve');
  const share = (Math.max(...counts.values()) * workers) / pids.length;
  assert.ok(share <= fair, `the busiest has ${share.toFixed(2)} times its share`);
}

async function kept(where: Where): Promise<readonly number[]> {
  const connections = await Promise.all(Array.from({ length: 200 }, () => Connection.open(where)));
  const outcomes = await Promise.all(connections.map((connection) => connection.send('/')));
  for (const connection of connections) connection.close();
  return outcomes.map((outcome) => bodyOf(outcome).pid);
}

async function fresh(where: Where): Promise<readonly number[]> {
  const pids: number[] = [];
  const client = async (): Promise<void> => {
    for (let n = 0; n < 50; n += 1) pids.push((await get(where)).pid);
  };
  await Promise.all(Array.from({ length: 8 }, client));
  return pids;
}

test('four workers: connections are spread over them, before and after a rollover', () =>
  withApp('http', { args: ['--workers', String(workers)] }, async ({ project, zdr }) => {
    for (const version of [1, 2]) {
      if (version > 1) await zdr.rollover(() => project.version(version));
      assertSpread(await kept(zdr.where));
      assertSpread(await fresh(zdr.where));
    }
  }));
