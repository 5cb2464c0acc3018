import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from '../support/connection.js';
import { gateOf } from '../support/gate.js';
import { bodyOf, get, request } from '../support/get.js';
import { keep, withServer } from '../support/settings.js';
import { Wire } from '../torture/wire.js';

// What a server allows and counts, and what the app sees of its connections, is the same whether they move or not.

for (const place of ['tcp', 'unix'] as const) {
  test(`${place}: maxRequestsPerSocket counts on over the rollovers`, () =>
    withServer({ set: { maxRequestsPerSocket: 5 } }, place, async (app) => {
      const { project, zdr } = app;
      const [connection] = await keep(app, 1);
      const ends: (string | undefined)[] = [];
      for (const version of [2, 3, 4]) {
        await zdr.rollover(() => project.version(version));
        for (let n = 0; n < 2 && !connection!.closed; n++) {
          const outcome = await connection!.send();
          assert.equal(bodyOf(outcome).version, version);
          ends.push(outcome.tag === 'answered' ? outcome.answer.headers.get('connection') : undefined);
        }
      }
      assert.deepEqual(ends, ['keep-alive', 'keep-alive', 'keep-alive', 'close']);
    }));

  test(`${place}: maxRequestsPerSocket counts those that wait behind another one on a connection that has moved`, () =>
    withServer({ set: { maxRequestsPerSocket: 5 } }, place, async (app) => {
      const { project, zdr } = app;
      const wire = await Wire.open(zdr.where);
      await wire.send();
      await wire.send();
      await zdr.rollover(() => project.version(2));
      const outcomes = await Promise.all([wire.send(), wire.send(), wire.send(), wire.send()]);
      const ends = outcomes.map((one) => (one.tag === 'answered' ? one.reply.headers.get('connection') : 'none'));
      assert.deepEqual(ends, ['keep-alive', 'keep-alive', 'close', 'none']);
    }));

  test(`${place}: maxConnections never shuts out what moves, and its slots are freed`, () =>
    withServer({ set: { maxConnections: 4 } }, place, async (app) => {
      const { project, zdr } = app;
      const kept = await keep(app, 3);
      const busy = await Connection.open(zdr.where);
      const gate = gateOf(project);
      const slow = busy.send(gate.path);
      await zdr.until('four connections', async () => bodyOf(await kept[0]!.send('/count'))['count'] === 4);
      await zdr.rollover(() => project.version(2));
      // One fits beside the three; when the busy one comes after its answer it is the fifth.
      const [fresh] = await keep(app, 1);
      await gate.open();
      assert.equal(bodyOf(await slow).version, 1);
      const all = [...kept, busy, fresh!];
      await zdr.event('drained', { generation: 1 });
      for (const connection of all) assert.equal(bodyOf(await connection.send()).version, 2);
      assert.equal(bodyOf(await busy.send('/count'))['count'], 5);
      const outcome = await request(zdr.where).catch(() => null);
      assert.notEqual(outcome?.tag, 'answered', 'one too many');
      await zdr.rollover(() => project.version(3));
      for (const connection of all) assert.equal(bodyOf(await connection.send()).version, 3);
      for (const connection of all.slice(0, 3)) connection.close();
      await zdr.until('free slots', async () => bodyOf(await busy.send('/count'))['count'] === 2);
      assert.equal((await get(zdr.where)).version, 3);
      for (const connection of all) connection.close();
    }));

  test(`${place}: the app meets each connection once in each generation, as an ordinary one`, () =>
    withServer({}, place, async (app) => {
      const { project, zdr } = app;
      const kept = await keep(app, 3);
      const ports = kept.map(({ port }) => port).toSorted();
      for (const version of [1, 2, 3]) {
        if (version > 1) await zdr.rollover(() => project.version(version));
        for (const connection of kept) assert.equal(bodyOf(await connection.send()).version, version);
        const body = bodyOf(await kept[0]!.send('/met'));
        const met = body['met'] as { port?: number; address?: string; closed: boolean; ofServer: boolean }[];
        assert.equal(body.version, version);
        assert.deepEqual(met.map(({ port }) => port).toSorted(), ports);
        const address = place === 'tcp' ? '127.0.0.1' : undefined;
        for (const one of met) assert.deepEqual([one.address, one.closed, one.ofServer], [address, false, true]);
        assert.equal(bodyOf(await kept[0]!.send('/count'))['count'], 3);
      }
      for (const connection of kept) connection.close();
    }));
}

test('closeIdleConnections ends what came idle from an older generation, and nothing else', () =>
  withServer({}, 'tcp', async (app) => {
    const { project, zdr } = app;
    const [caller, busy, ...idle] = await keep(app, 5);
    await zdr.rollover(() => project.version(2));
    const gate = gateOf(project);
    const slow = busy!.send(gate.path);
    await zdr.until('the request', async () => bodyOf(await caller!.send('/count'))['slow'] === 1);
    assert.equal(bodyOf(await caller!.send('/close-idle')).version, 2);
    await zdr.until('their ends', () => idle.every(({ closed }) => closed));
    await gate.open();
    assert.equal(bodyOf(await slow).version, 2);
    for (const connection of [caller!, busy!]) {
      assert.equal(bodyOf(await connection.send()).version, 2);
      connection.close();
    }
  }));

const ODD = 'GET / HTTP/1.1\r\nHost: app\r\nX-Odd: a\x01b\r\n\r\n';

for (const [name, settings, env, status] of [
  ['insecureHTTPParser', { options: { insecureHTTPParser: true } }, {}, 200],
  ['--insecure-http-parser', {}, { NODE_OPTIONS: '--insecure-http-parser --no-warnings' }, 200],
  ['node as it comes', {}, {}, 400],
] as const) {
  test(`${name}: an odd header is answered with ${status} on a connection that moved, too`, () =>
    withServer(
      settings,
      'tcp',
      async (app) => {
        const { project, zdr } = app;
        const kept = await keep(app, 2);
        for (const version of [1, 2]) {
          if (version > 1) await zdr.rollover(() => project.version(version));
          const outcome = await kept[version - 1]!.raw(ODD);
          assert.equal(outcome.tag === 'answered' && outcome.answer.status, status, JSON.stringify(outcome));
        }
        for (const connection of kept) connection.close();
      },
      env,
    ));
}

test('a small maxHeaderSize is no hindrance to a move, and means the same afterwards', () =>
  withServer({ options: { maxHeaderSize: 32 } }, 'tcp', async (app) => {
    const { project, zdr } = app;
    const kept = await keep(app, 2);
    await zdr.rollover(() => project.version(2));
    assert.equal(bodyOf(await kept[0]!.send()).version, 2);
    const outcome = await kept[1]!.send('/', { headers: [`X-Long: ${'a'.repeat(200)}`] });
    assert.equal(outcome.tag === 'answered' && outcome.answer.status, 431, JSON.stringify(outcome));
    kept[0]!.close();
  }));
