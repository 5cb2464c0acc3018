import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { withApp } from '../support/app.js';
import { until } from '../support/deadline.js';
import { get } from '../support/get.js';
import { freePort } from '../support/ports.js';

/** Tells what one `process.nextTick` costs by then, in microseconds of the processor. */
const app = `import { createServer } from 'node:http';
import 'node:https';
const { PORT, HOST } = process.env;
const nothing = () => {};
const turn = () => new Promise((resolve) => setImmediate(resolve));
async function measured(rounds) {
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) {
    for (let tick = 0; tick < 1000; tick += 1) process.nextTick(nothing);
    await turn();
  }
  // Both, since the system guesses how much of it was which.
  const { user, system } = process.cpuUsage(before);
  return (user + system) / rounds / 1000;
}
createServer(async ({ url }, response) => {
  let cost = Infinity;
  // The first time compiles it.
  if (url === '/cost') for (let time = 0; time < 8; time += 1) cost = Math.min(cost, await measured(200));
  response.end(JSON.stringify({ version: 1, pid: process.pid, cost }));
}).listen({ port: PORT === undefined ? 0 : Number(PORT), host: HOST });
`;

/** V8 tidies up some 8 s after the last work, and once more right behind it. */
const TIDIES = 10_000;

test('a worker that had nothing to do is as fast as node that never tidies up', () =>
  withApp('http', { before: (project) => project.write('src/app.ts', app) }, async ({ project, zdr }) => {
    await project.write('plain.mjs', app);
    const plain = { host: '127.0.0.1', port: await freePort() };
    const node = spawn(process.execPath, ['--no-memory-reducer', project.path('plain.mjs')], {
      env: { ...process.env, PORT: String(plain.port), HOST: plain.host },
      stdio: 'ignore',
    });
    try {
      await until('node listens', () => get(plain).then(Boolean, () => false));
      for (const where of [plain, zdr.where]) for (let asked = 0; asked < 3; asked += 1) await get(where);
      await wait(TIDIES);
      const { cost: usual } = await get(plain, '/cost');
      const { cost } = await get(zdr.where, '/cost');
      assert.ok(Number(cost) < 2.5 * Number(usual), `${String(cost)} microseconds, node ${String(usual)}`);
    } finally {
      node.kill();
    }
  }));
