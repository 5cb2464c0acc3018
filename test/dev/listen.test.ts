import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { startLoad } from '../support/load.js';
import { Connection } from '../support/connection.js';
import { within } from '../support/deadline.js';
import { gateOf } from '../support/gate.js';
import { type Body, get, request } from '../support/get.js';
import { freePort } from '../support/ports.js';
import type { Where } from '../support/where.js';
import type { Zdr } from '../support/zdr.js';

// `listen` is what it is in Node, and the addresses of an app may change.

test('several servers and a unix socket', () =>
  withApp(
    'several-servers',
    { before: async (project) => ({ env: { SOCKET: project.path('app.sock') } }) },
    async ({ project, zdr }) => {
      await zdr.until('three addresses', () => zdr.addresses.length === 3);
      const places = zdr.addresses;
      for (const version of [1, 2, 3]) {
        if (version > 1) await zdr.rollover(() => project.version(version));
        const bodies = await Promise.all(places.map((where) => get(where)));
        assert.deepEqual(
          bodies.map((body) => body.version),
          [version, version, version],
        );
        assert.deepEqual(bodies.map((body) => body.name).toSorted(), ['admin', 'local', 'public']);
      }
    },
  ));

test('a unix socket given as a relative path', () =>
  withApp('unix', async ({ project, zdr }) => {
    const where = { path: project.path('app.sock') };
    assert.equal((await get(where)).version, 1);
    await zdr.rollover(() => project.version(2));
    assert.equal((await get(where)).version, 2);
  }));

/** Whether nobody listens there any more: not even a system that lets clients wait for ever. */
async function refused(where: Where): Promise<boolean> {
  const opened = Connection.open(where).then(
    (connection) => void connection.close(),
    (error: NodeJS.ErrnoException) => error.code,
  );
  return (await within('an answer of the system', opened)) === 'ECONNREFUSED';
}

const address = (host: string, port: number): string =>
  `export const host = '${host}';\nexport const port = ${port};\n`;

test('another port: the new one serves, the old one is closed', () =>
  withApp('http', async ({ project, zdr }) => {
    const old = zdr.where;
    const port = await freePort();
    const since = zdr.now();
    await zdr.rollover(() => project.write('src/address.ts', address('127.0.0.1', port)));
    assert.equal((await get({ host: '127.0.0.1', port })).version, 1);
    await zdr.event('listening', {}, since);
    await zdr.until('the old port is refused', () => refused(old));
  }));

test('another host on the same port, and another right behind it', () =>
  withApp('http', async ({ project, zdr }) => {
    const { where } = zdr;
    assert.ok('port' in where);
    const { port } = where;
    const move = (host: string) => zdr.rollover(() => project.write('src/address.ts', address(host, port)));
    for (const host of ['127.0.0.1', '0.0.0.0']) {
      const since = zdr.now();
      await move(host);
      // There is no room for the new address before the old one is closed.
      await zdr.event('listening', {}, since);
      assert.equal((await get({ host: '127.0.0.1', port })).version, 1);
    }
    const since = zdr.now();
    // Where many ask, the old address takes longer to be given up. Some of them may be refused in between.
    const crowd = startLoad({ host: '127.0.0.1', port }, 'fresh', 64, 1);
    for (const host of ['127.0.0.1', '0.0.0.0', '127.0.0.1', '0.0.0.0']) await move(host);
    await crowd.stop();
    await move('::1');
    await zdr.event('listening', {}, since);
    assert.equal((await get({ host: '::1', port })).version, 1);
    assert.equal(await refused({ host: '127.0.0.1', port }), true);
    assert.deepEqual(zdr.all('boot-failed'), []);
  }));

test('a save while the code with another host on the same port boots: the code behind it gets there', () =>
  withApp('http', async ({ project, zdr }) => {
    const { where } = zdr;
    assert.ok('port' in where);
    const moved = { host: '127.0.0.1', port: where.port };
    const since = zdr.now();
    await project.write('src/address.ts', `${address(moved.host, moved.port)}console.error('moved');\n`);
    // It does not listen on what the old code does, so it is given some time to.
    await zdr.until('the boot', () => zdr.lines.includes('moved'));
    await zdr.rollover(() => project.version(2));
    await zdr.event('listening', {}, since);
    assert.equal((await get(moved)).version, 2);
    assert.equal(await refused({ host: '::1', port: moved.port }), true);
    await zdr.rollover(() => project.version(3));
    assert.equal((await get(moved)).version, 3);
    assert.deepEqual(zdr.all('boot-failed'), []);
  }));

test('another host on the same port, while the old code stands still: it gets there once that is killed', () =>
  withApp('http', { args: ['--boot', '2s'] }, async ({ project, zdr }) => {
    const { where } = zdr;
    assert.ok('port' in where);
    const moved = { host: '127.0.0.1', port: where.port };
    // It answers, and turns no more.
    await request(where, '/loop');
    const since = zdr.now();
    await zdr.rollover(() => project.write('src/address.ts', address(moved.host, moved.port)));
    await zdr.event('listening', {}, since);
    assert.equal((await get(moved)).version, 1);
    assert.deepEqual(zdr.all('crashed'), []);
  }));

test('a server that was moved to another host is closed as any other: its port is free', () =>
  withApp(
    'http',
    {
      before: (project) =>
        project.write(
          'src/app.ts',
          `import { createServer } from 'node:http';
          import { host, port } from './address.ts';
          import { version } from './version.ts';
          const server = createServer((request, response) => {
            response.end(JSON.stringify({ version }));
            if (request.url === '/close') server.close();
          });
          server.listen(port, host);
          setInterval(() => {}, 1_000);`,
        ),
    },
    async ({ project, zdr }) => {
      const { where } = zdr;
      assert.ok('port' in where);
      const moved = { host: '127.0.0.1', port: where.port };
      const since = zdr.now();
      await zdr.rollover(() => project.write('src/address.ts', address(moved.host, moved.port)));
      await zdr.event('listening', {}, since);
      await get(moved, '/close');
      await zdr.until('the port is refused', () => refused(moved));
    },
  ));

test('a host that this machine does not have, on the same port: nothing changes', () =>
  withApp('http', async ({ project, zdr }) => {
    const { where } = zdr;
    assert.ok('port' in where);
    await project.write('src/address.ts', address('192.0.2.1', where.port));
    const { reason } = await zdr.event('boot-failed');
    assert.match(JSON.stringify(reason), /EADDRNOTAVAIL/);
    assert.equal((await get(where)).version, 1);
  }));

/** An app that listens through `listen`, which may use `server`. */
const listening = (listen: string): string => `
  import { createServer } from 'node:http';
  import { version } from './version.ts';
  const server = createServer((_request, response) => {
    response.end(JSON.stringify({ version, pid: process.pid, error }));
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
    withApp(
      'http',
      { before: (project) => project.write('src/app.ts', listening(listen)) },
      async ({ project, zdr }) => {
        // Where the app listens after all that it does at its start.
        const { where, body: first } = await zdr.until('an answer', () => lastOf(zdr));
        if (name.startsWith('a second listen')) assert.equal(first.error, 'ERR_SERVER_ALREADY_LISTEN');
        for (const version of [2, 3]) {
          await zdr.rollover(() => project.version(version));
          assert.equal((await zdr.until('an answer', () => get(where).catch(() => null))).version, version);
        }
      },
    ),
  );
}

async function lastOf(zdr: Zdr): Promise<{ where: Where; body: Body } | null> {
  const where = zdr.addresses.at(-1)!;
  const body = await within('an answer', get(where), 500).catch(() => null);
  return body && { where, body };
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

/** Accepts nothing while it answers with a query: until the file is there that it names. */
const BLOCKING = `
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { version } from './version.ts';
createServer((request, response) => {
  const file = new URL(request.url, 'http://app').searchParams.get('until');
  if (file !== null) {
    writeFileSync(file + '.begun', '');
    while (!existsSync(file)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
  response.end(JSON.stringify({ version }));
}).listen(0);
`;

const allowed = (): number => {
  try {
    return Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));
  } catch {
    return 0;
  }
};

test('a thousand clients that connect at once are not refused, nor do they wait for a second try', (context) => {
  if (allowed() < 2000) return context.skip('the system allows no such queue');
  return withApp('http', { before: (project) => project.write('src/app.ts', BLOCKING) }, async ({ project, zdr }) => {
    for (const version of [1, 2]) {
      if (version > 1) await zdr.rollover(() => project.version(version));
      const first = await Connection.open(zdr.where);
      const gate = gateOf(project, '/block');
      const answered = first.send(gate.path);
      await gate.begun();
      // All are connected before one is accepted.
      const connections = await Promise.all(Array.from({ length: 1000 }, () => Connection.open(zdr.where)));
      await gate.open();
      await answered;
      const outcomes = await Promise.all(connections.map((connection) => connection.send()));
      assert.deepEqual([...new Set(outcomes.map(({ tag }) => tag))], ['answered']);
      for (const connection of [first, ...connections]) connection.close();
    }
  });
});

/** Two servers; the second one comes so many ms after the first. */
const later = (ms: number | string) => `
  import { createServer } from 'node:http';
  import { version } from './version.ts';
  const answer = (request, response) => response.end(JSON.stringify({ version, pid: process.pid }));
  createServer(answer).listen(Number(process.env.PORT), '127.0.0.1');
  async function main() {
    await new Promise((resolve) => setTimeout(resolve, ${ms}));
    createServer(answer).listen(Number(process.env.SECOND), '127.0.0.1');
  }
  void main();
`;

for (const [name, ms] of [
  ['at once', 0],
  ['300 ms after the first', 300],
  ['900 ms after the first', 900],
  ['in the same instant in both', '1_000 - (Date.now() % 1_000)'],
] as const)
  test(`two workers, and a server that the app opens ${name}: both have it, over rollovers`, async () => {
    const [port, second] = [await freePort(), await freePort()];
    await withApp(
      'http',
      {
        args: ['-w', '2'],
        env: { PORT: String(port), SECOND: String(second) },
        before: (project) => project.write('src/app.ts', later(ms)),
      },
      async ({ project, zdr }) => {
        const answers = async (version: number): Promise<void> => {
          for (const where of [zdr.where, { host: '127.0.0.1', port: second }])
            await zdr.until(`two workers with version ${version}`, async () => {
              const all = await Promise.all(Array.from({ length: 8 }, () => get(where).catch(() => null)));
              return all.every((one) => one?.version === version) && new Set(all.map((one) => one?.pid)).size === 2;
            });
        };
        await answers(1);
        for (const version of [2, 3]) {
          await zdr.rollover(() => project.version(version));
          await answers(version);
        }
        assert.deepEqual([...zdr.all('crashed'), ...zdr.all('boot-failed')], []);
      },
    );
  });
