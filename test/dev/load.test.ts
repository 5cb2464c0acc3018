import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { assertSeamless, startLoad } from '../support/load.js';

for (const [kind, clients, env] of [
  ['keep-alive', 64, {}],
  ['fresh', 16, {}],
  // Connections go over node's channel where they can have no way of their own.
  ['keep-alive', 63, { ZDR_TEST_LANE: 'off' }],
] as const) {
  test(`${clients} clients, ${kind}, over 20 rollovers: none failed, none stale`, () =>
    withApp('http', { env }, async ({ project, zdr }) => {
      const load = startLoad(zdr.where, kind, clients, 30);
      for (let version = 2; version <= 21; version++) {
        const live = await zdr.rollover(() => project.version(version));
        load.live(version, live.at);
        const upTo = load.answered();
        // Each generation serves for a while, so that connections are open and idle when it is its turn to go.
        await zdr.until('answers', () => load.answered() >= upTo + 2 * clients);
      }
      const totals = await load.stop();
      assertSeamless(totals);
      assert.equal(totals.versions.has(21), true);
    }));
}

for (const fixture of ['express', 'fastify', 'hono', 'koa', 'nest']) {
  test(`${fixture}: 24 kept connections over 6 rollovers: the same connections, none failed, none stale`, () =>
    withApp(fixture, async ({ project, zdr }) => {
      const load = startLoad(zdr.where, 'keep-alive', 24, 20);
      for (let version = 2; version <= 7; version++) {
        const live = await zdr.rollover(() => project.version(version));
        load.live(version, live.at);
        const upTo = load.answered();
        await zdr.until('answers', () => load.answered() >= upTo + 48);
      }
      const totals = await load.stop();
      assertSeamless(totals);
      assert.equal(totals.reconnects, 0);
    }));
}
