import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { Connection } from '../support/connection.js';
import { bodyOf, get, request } from '../support/get.js';
import { freePort } from '../support/ports.js';

for (const fixture of ['http', 'express', 'fastify', 'hono', 'koa', 'cjs', 'websocket', 'sse', 'uploads', 'tsconfig-paths']) {
  test(`${fixture}: a save goes live, on the same port`, () =>
    withApp(fixture, { entry: fixture === 'cjs' ? 'src/app.cts' : 'src/app.ts' }, async ({ project, zdr }) => {
      const { where } = zdr;
      const first = await get(where);
      assert.equal(first.version, 1);
      for (const version of [2, 3]) {
        const live = await zdr.rollover(() => project.version(version));
        assert.deepEqual(live.causes.map((cause) => cause.endsWith('src/version.ts')), [true]);
        const next = await get(where);
        assert.equal(next.version, version);
        assert.notEqual(next.pid, first.pid);
      }
      assert.deepEqual(zdr.all('live').map(({ generation }) => generation), [2, 3]);
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
    const slow = request(zdr.where, '/slow?ms=1500');
    const live = await zdr.rollover(() => project.version(2));
    assert.equal((await get(zdr.where)).version, 2);
    const outcome = await slow;
    assert.equal(bodyOf(outcome).version, 1);
    assert.ok(outcome.tag === 'answered' && outcome.endedAt > live.at, 'the save was live before the slow answer');
  }));

test('two workers: none of the old answers after the report', () =>
  withApp('http', { args: ['-w', '2'] }, async ({ project, zdr }) => {
    await zdr.rollover(() => project.version(2));
    const bodies = await Promise.all(Array.from({ length: 40 }, () => get(zdr.where)));
    assert.deepEqual(new Set(bodies.map(({ version }) => version)), new Set([2]));
  }));

test('several servers and a unix socket', () =>
  withApp('several-servers', { before: async (project) => ({ env: { SOCKET: project.path('app.sock') } }) }, async ({ project, zdr }) => {
    await zdr.until('three addresses', () => zdr.addresses.length === 3);
    const places = zdr.addresses;
    for (const version of [1, 2, 3]) {
      if (version > 1) await zdr.rollover(() => project.version(version));
      const bodies = await Promise.all(places.map((where) => get(where)));
      assert.deepEqual(bodies.map((body) => body.version), [version, version, version]);
      assert.deepEqual(bodies.map((body) => body.name).toSorted(), ['admin', 'local', 'public']);
    }
  }));

test('a unix socket given as a relative path', () =>
  withApp('unix', async ({ project, zdr }) => {
    const where = { path: project.path('app.sock') };
    assert.equal((await get(where)).version, 1);
    await zdr.rollover(() => project.version(2));
    assert.equal((await get(where)).version, 2);
  }));

const address = (host: string, port: number): string => `export const host = '${host}';\nexport const port = ${port};\n`;

test('another port: the new one serves, the old one is closed', () =>
  withApp('http', async ({ project, zdr }) => {
    const old = zdr.where;
    const port = await freePort();
    const since = zdr.now();
    await zdr.rollover(() => project.write('src/address.ts', address('127.0.0.1', port)));
    assert.equal((await get({ host: '127.0.0.1', port })).version, 1);
    await zdr.event('listening', {}, since);
    await zdr.until('the old port is closed', () => Connection.open(old).then((c) => void c.close(), () => true));
  }));

test('another host on the same port', () =>
  withApp('http', async ({ project, zdr }) => {
    const { where } = zdr;
    assert.ok('port' in where);
    await zdr.rollover(() => project.write('src/address.ts', address('127.0.0.1', where.port)));
    assert.equal((await get({ host: '127.0.0.1', port: where.port })).version, 1);
    await zdr.rollover(() => project.write('src/address.ts', address('0.0.0.0', where.port)));
    assert.equal((await get({ host: '127.0.0.1', port: where.port })).version, 1);
  }));

/** An app that listens through `listen`, which may use `server`. */
const listening = (listen: string): string => `
  import { createServer } from 'node:http';
  import { version } from './version.ts';
  const server = createServer((_request, response) => {
    response.end(JSON.stringify({ version, pid: process.pid, port: server.address().port, error }));
  });
  let error;
  ${listen}
`;

const shapes: Readonly<Record<string, string>> = {
  'listen again after close, on port 0': `server.listen(0, () => server.close(() => server.listen(0)));`,
  'listen again after close, on the port by its number': `server.listen(0, () => {
    const { port } = server.address();
    server.close(() => server.listen(port));
  });`,
  'an exclusive listen': `server.listen({ port: 0, host: '127.0.0.1', exclusive: true });`,
  'the address is known right after listen': `server.listen(0); if (!server.address().port) throw new Error('no address');`,
  'a second listen fails as in Node': `server.listen(0);
  try { server.listen(0); } catch (thrown) { error = thrown.code; }`,
};

for (const [name, listen] of Object.entries(shapes)) {
  test(name, () =>
    withApp('http', { before: (project) => project.write('src/app.ts', listening(listen)) }, async ({ project, zdr }) => {
      const { where } = zdr;
      for (const version of [1, 2, 3]) {
        if (version > 1) await zdr.rollover(() => project.version(version));
        const body = await zdr.until('an answer', () => get(where).catch(() => null));
        assert.equal(body.version, version);
        assert.ok('port' in where && body.port === where.port);
        if (name.startsWith('a second listen')) assert.equal(body.error, 'ERR_SERVER_ALREADY_LISTEN');
      }
    }));
}

test('a taken port is told as Node tells it to the app', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => holder.once('listening', resolve));
  const { port } = holder.address() as { port: number };
  const source = listening(`
    server.on('error', ({ message, code, syscall, address, port }) => {
      error = { message, code, syscall, address, port };
      server.listen(0, '127.0.0.1');
    });
    server.listen(${port}, '127.0.0.1');`);
  try {
    await withApp('http', { before: (project) => project.write('src/app.ts', source) }, async ({ zdr }) => {
      assert.deepEqual((await get(zdr.where)).error, {
        message: `listen EADDRINUSE: address already in use 127.0.0.1:${port}`,
        code: 'EADDRINUSE',
        syscall: 'listen',
        address: '127.0.0.1',
        port,
      });
    });
  } finally {
    holder.close();
  }
});
