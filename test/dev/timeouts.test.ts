import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { type App, withApp } from '../support/app.js';
import { Connection } from '../support/connection.js';
import { bodyOf, request } from '../support/get.js';
import { keep, withServer } from '../support/settings.js';

// The time-outs of a server mean the same to a connection that moves as to one that stays. Here `wait` is what the
// client does: it is slow, or has nothing to ask. Times are compared with those of another connection in the same run: a
// busy machine makes both late.

/** So much earlier than the other one a connection was answered, in ms. */
const EARLIER = 2_000;

/**
 * Two connections that are answered one after the other and move at the same instants. What goes on from the last
 * answer ends the first one so much earlier; what began anew with a move would end both at once.
 */
async function assertGoesOn(app: App, ms: number): Promise<void> {
  const { project, zdr } = app;
  // The answer is written between this and the time at which it is here.
  const asked = performance.now();
  const [first, second] = await keep(app, 2);
  await wait(EARLIER);
  bodyOf(await second!.send());
  for (const version of [2, 3, 4]) await zdr.rollover(() => project.version(version));
  const ends = await zdr.until('their ends', () =>
    first!.closedAt !== null && second!.closedAt !== null ? [first!.closedAt, second!.closedAt] : null,
  );
  const [end = 0, later = 0] = ends;
  // Never too early, whatever the machine does.
  assert.ok(end - asked >= ms, `ended ${end - asked} ms after the request`);
  assert.ok(later - end > EARLIER / 4, `ended ${Math.round(later - end)} ms before one that asked ${EARLIER} ms later`);
}

// They hardly do anything but wait.
describe('time-outs', { concurrency: 4 }, () => {
  for (const place of ['tcp', 'unix'] as const) {
    test(`${place}: the keep-alive time-out goes on over the rollovers, from the last answer`, () =>
      withServer({ options: { keepAliveTimeout: 5_000 } }, place, (app) => assertGoesOn(app, 5_000)));

    test(`${place}: each answer begins the keep-alive time-out anew`, () =>
      withServer({ options: { keepAliveTimeout: 5_000 } }, place, async (app) => {
        const { project, zdr } = app;
        const [used] = await keep(app, 1);
        const first = performance.now();
        // Far apart from each other, and still well within the time-out on a slow machine; together more than it.
        for (let version = 2; performance.now() < first + 7_000; version++) {
          await zdr.rollover(() => project.version(version));
          await wait(1_000);
          assert.equal(bodyOf(await used!.send()).version, version);
        }
        await zdr.until('its end', () => used!.closed);
      }));

    test(`${place}: no 408 to a connection that only waits, one to a header that is late`, () =>
      withServer(
        { options: { keepAliveTimeout: 72_000, headersTimeout: 800, connectionsCheckingInterval: 100 } },
        place,
        async (app) => {
          const { project, zdr } = app;
          const [patient, slow] = await keep(app, 2);
          for (const version of [2, 3]) {
            await zdr.rollover(() => project.version(version));
            await wait(1_200);
          }
          assert.equal(bodyOf(await patient!.send()).version, 3);
          const outcome = await slow!.raw('GET / HTTP/1.1\r\nX-Ha');
          assert.equal(outcome.tag === 'answered' && outcome.answer.status, 408, JSON.stringify(outcome));
          patient!.close();
        },
      ));
  }

  test('a header that is late at the save gets its 408 from the code that has read it', () =>
    withServer(
      { options: { headersTimeout: 1_500, connectionsCheckingInterval: 100 } },
      'tcp',
      async ({ project, zdr }) => {
        const connection = await Connection.open(zdr.where);
        const answer = connection.raw('GET / HTTP/1.1\r\nX-Ha');
        await zdr.rollover(() => project.version(2));
        const outcome = await answer;
        assert.equal(outcome.tag === 'answered' && outcome.answer.status, 408, JSON.stringify(outcome));
        await zdr.event('drained', { generation: 1 });
      },
    ));

  test('a connection that has sent nothing yet has headersTimeout anew in the next generation', () =>
    withServer(
      { options: { headersTimeout: 8_000, connectionsCheckingInterval: 100 } },
      'tcp',
      async ({ project, zdr }) => {
        const silent = await Connection.open(zdr.where);
        // Connections are accepted in turn.
        bodyOf(await request(zdr.where));
        await wait(EARLIER);
        const saved = performance.now();
        await zdr.rollover(() => project.version(2));
        const end = await zdr.until('its end', () => silent.closedAt);
        // Under node it would have ended so much earlier.
        assert.ok(end - saved >= 8_000, `ended ${end - saved} ms after the save`);
      },
    ));

  test('a body that is late on a moved connection gets its 408, and the wait before the request does not count', () =>
    withServer(
      { options: { requestTimeout: 3_000, headersTimeout: 1_000, connectionsCheckingInterval: 100 } },
      'tcp',
      async (app) => {
        const { project, zdr } = app;
        const [quick, slow] = await keep(app, 2);
        await zdr.rollover(() => project.version(2));
        await wait(3_300);
        const upload = (connection: Connection) =>
          connection.send('/body', { method: 'POST', headers: ['Content-Length: 10'] });
        const good = upload(quick!);
        const bad = upload(slow!);
        // Some checks of the server come in between.
        await wait(400);
        quick!.write('0123456789');
        assert.deepEqual([bodyOf(await good).version, bodyOf(await good).bytes], [2, 10]);
        const outcome = await bad;
        assert.equal(outcome.tag === 'answered' && outcome.answer.status, 408, JSON.stringify(outcome));
        quick!.close();
      },
    ));

  test('server.timeout does not end a moved connection that waits, but one whose request is silent', () =>
    withServer({ options: { keepAliveTimeout: 72_000 }, set: { timeout: 900 } }, 'tcp', async (app) => {
      const { project, zdr } = app;
      const [connection, silent] = await keep(app, 2);
      await zdr.rollover(() => project.version(2));
      await wait(1_500);
      assert.equal(bodyOf(await connection!.send()).version, 2);
      // Its answer would come, were it waited for.
      assert.deepEqual((await silent!.send('/slow?ms=15000')).tag, 'failed');
      connection!.close();
    }));

  test('without a keep-alive time-out server.timeout goes on over the rollovers', () =>
    withServer({ set: { timeout: 5_000, keepAliveTimeout: 0 } }, 'tcp', (app) => assertGoesOn(app, 5_000)));

  test("Fastify's keep-alive time-out, which is longer than its headersTimeout", () =>
    withApp(
      'fastify',
      {
        before: (project) =>
          project.edit('src/app.ts', (text) =>
            text.replace(
              /fastify\([^)]*\)/i,
              'fastify({ http: { headersTimeout: 800, connectionsCheckingInterval: 100 } })',
            ),
          ),
      },
      async (app) => {
        const { project, zdr } = app;
        assert.match(await project.read('src/app.ts'), /headersTimeout/);
        const connections = await keep(app, 5);
        for (const version of [2, 3]) {
          await zdr.rollover(() => project.version(version));
          await wait(1_200);
        }
        for (const connection of connections) {
          assert.equal(bodyOf(await connection.send()).version, 3);
          connection.close();
        }
      },
    ));
});
