import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { command } from '../support/command.js';
import { until, within } from '../support/deadline.js';
import { get } from '../support/get.js';
import { openProject, type Project } from '../support/project.js';

const cacheOf = (project: Project): string => project.path('node_modules/.cache/zdr');

/** The control sockets of a project, in its own node_modules and in the folder for temporary files. */
function socketsOf(project: Project): string[] {
  return [cacheOf(project), project.temp].flatMap((place) => {
    try {
      return readdirSync(place, { recursive: true, encoding: 'utf8' })
        .filter((name) => basename(name) === 'control.sock')
        .map((name) => join(place, name));
    } catch {
      return [];
    }
  });
}

async function open(path: string): Promise<Socket & { said: string }> {
  const socket = Object.assign(connect(path), { said: '' });
  socket.setEncoding('utf8').on('data', (text: string) => (socket.said += text));
  // What is written to a socket that was closed already.
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** What is answered to these bytes until the other side ends the connection. */
async function say(path: string, bytes: string | Buffer): Promise<string> {
  const socket = await open(path);
  const closed = once(socket, 'close');
  socket.write(bytes);
  await within('the end of the connection', closed);
  return socket.said;
}

for (const ownModules of [true, false])
  test(`the socket is for its owner alone, ${ownModules ? "in the project's cache" : 'in a temporary folder'}`, () =>
    withApp('http', { ownModules }, async ({ project }) => {
      const [path, ...others] = socketsOf(project);
      assert.ok(path);
      assert.deepEqual(others, []);
      assert.ok(path.startsWith(ownModules ? cacheOf(project) : project.temp));
      assert.equal(lstatSync(path).mode & 0o777, 0o600);
      assert.equal(lstatSync(join(path, '..')).mode & 0o777, 0o700);
    }));

const hostile: Readonly<Record<string, string | Buffer>> = {
  'no JSON': 'hello\n',
  'another protocol': 'GET / HTTP/1.1\r\nhost: x\r\n\r\n',
  'an unknown request': '{"ask":"exit"}\n',
  'no object': 'null\n',
  'a list': '[]\n',
  'a name of the prototype': '{"ask":"constructor"}\n',
  'an endless line': 'x'.repeat(100_000),
  'a line that is a little too long': `{"ask":"hello"${' '.repeat(1_024)}}\n`,
  'bytes that are no text': Buffer.alloc(2_000, 0xff),
};

test('what is no request is refused and closed, and nothing else happens', () =>
  withApp('http', { ownModules: true }, async ({ project, zdr }) => {
    const [path] = socketsOf(project);
    const since = zdr.now();
    for (const [name, bytes] of Object.entries(hostile))
      assert.match(await say(path!, bytes), /^\{"tag":"refused","why":"[^"]+"\}\n$/, name);
    assert.equal((await command(project, ['status'])).code, 0);
    assert.equal((await get(zdr.where)).version, 1);
    assert.equal(zdr.now(), since, 'events');
  }));

test('clients that say nothing, too little or never read are closed, and others are answered meanwhile', () =>
  withApp('http', { ownModules: true }, async ({ project, zdr }) => {
    const path = socketsOf(project)[0]!;
    const silent = await open(path);
    const half = await open(path);
    half.write('{"ask":"st');
    const ended = await open(path);
    ended.end('{"ask":"hello"');
    const deaf = await open(path);
    deaf.pause();
    deaf.write('{"ask":"watch"}\n');
    // More than are let in at once.
    const crowd = await Promise.all(Array.from({ length: 40 }, () => open(path)));
    for (const socket of crowd) socket.destroy();
    assert.equal((await get(zdr.where)).version, 1);
    for (const socket of [silent, half, ended]) {
      if (!socket.closed) await within('it is closed', once(socket, 'close'));
      assert.match(socket.said, /^\{"tag":"refused"/);
    }
    const { code, stderr } = await command(project, ['reload']);
    assert.equal(code, 0, stderr);
    deaf.destroy();
  }));

test('a client that ends its side after the request gets its answer', () =>
  withApp('http', { ownModules: true }, async ({ project, zdr }) => {
    const socket = await open(socketsOf(project)[0]!);
    socket.end('{"ask":"status"}\n');
    await within('the end', once(socket, 'close'));
    assert.equal(JSON.parse(socket.said).status.pid, zdr.pid);
  }));

test('a socket where a stranger could write is not trusted', () =>
  withApp('http', { ownModules: true }, async ({ project, zdr }) => {
    const folder = dirname(socketsOf(project)[0]!);
    chmodSync(folder, 0o777);
    const { code, stderr } = await command(project, ['reload']);
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`^✘ zdr \\(pid ${zdr.pid}\\) belongs to somebody else\\n`));
    chmodSync(folder, 0o700);
    assert.equal((await command(project, ['reload'])).code, 0);
  }));

test('what a killed run left behind is removed; what only has the name of a run is not asked', () =>
  withApp('http', { ownModules: true }, async ({ project, zdr }) => {
    const cache = cacheOf(project);
    // No process can have this number (proc_sys_kernel(5): pid_max is 2^22 at most).
    const dead = join(cache, '4194305-a');
    mkdirSync(dead, { mode: 0o700 });
    writeFileSync(join(dead, 'control.sock'), '');
    // This test's own process lives and is no zdr.
    const stranger = join(cache, `${process.pid}-a`);
    mkdirSync(stranger, { mode: 0o700 });
    const server = createServer((socket) => socket.end('{"tag":"hello","hello":{"id":"","pid":1,"projects":[]}}\n'));
    server.listen(join(stranger, 'control.sock'));
    await once(server, 'listening');
    try {
      assert.equal((await command(project, ['reload'])).code, 0);
      assert.deepEqual(
        readdirSync(cache)
          .map((name) => Number.parseInt(name, 10))
          .toSorted((one, other) => one - other),
        [process.pid, zdr.pid].toSorted((one, other) => one - other),
      );
    } finally {
      server.close();
      await rm(stranger, { recursive: true });
    }
  }));

test('a project with a path too long for a socket', () =>
  withApp(
    'http',
    {
      entry: `${'deep/'.repeat(30)}src/app.ts`,
      before: async (project) => {
        const long = 'deep/'.repeat(30);
        for (const file of ['app', 'address', 'routes', 'download', 'held', 'version'])
          await project.write(`${long}src/${file}.ts`, await project.read(`src/${file}.ts`));
        await project.write(`${long}package.json`, '{ "type": "module" }\n');
        mkdirSync(project.path(`${long}node_modules`));
      },
    },
    async ({ project, zdr }) => {
      const { code, stderr } = await command(project, ['reload'], { folder: 'deep/'.repeat(30) });
      assert.equal(code, 0, stderr);
      assert.equal(zdr.all('warning').length, 0);
    },
  ));

test('a project whose node_modules cannot hold the socket', () =>
  withApp(
    'http',
    { ownModules: true, before: (project) => project.write('node_modules/.cache', '') },
    async ({ project }) => {
      assert.ok(socketsOf(project)[0]?.startsWith(project.temp));
      assert.equal((await command(project, ['reload'])).code, 0);
    },
  ));

for (const ownModules of [true, false])
  test(`SIGKILL: the socket goes with the instance, ${ownModules ? "in the project's cache" : 'in a temporary folder'}`, () =>
    withApp('http', { ownModules }, async ({ project, zdr }) => {
      assert.equal(socketsOf(project).length, 1);
      zdr.signal('SIGKILL');
      await zdr.exit;
      await until('the socket is gone', () => socketsOf(project).length === 0);
      assert.equal((await command(project, ['reload'])).code, 1);
    }));

test('an instance that is stopped does not hang who asks', () =>
  withApp('http', { ownModules: true }, async ({ project, zdr }) => {
    zdr.signal('SIGSTOP');
    try {
      const { code, stderr } = await command(project, ['status']);
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`^✘ zdr \\(pid ${zdr.pid}\\) does not answer\n`));
    } finally {
      zdr.signal('SIGCONT');
    }
    assert.equal((await command(project, ['status'])).code, 0);
  }));

test('two projects that share their packages: one instance, found from both', () =>
  withApp(
    'workspace',
    {
      before: async (project) => {
        await project.link('node_modules/@fixture/lib', '../../packages/lib');
        await project.link('packages/app/node_modules', '../../node_modules');
        return { entry: 'packages/app/src/app.ts' };
      },
    },
    async ({ project, zdr }) => {
      assert.deepEqual(zdr.all('warning'), []);
      for (const folder of ['.', 'packages/app'])
        assert.equal((await command(project, ['reload'], { folder })).code, 0);
    },
  ));

test('a project that does not run is not confused with one whose packages it shares', async () => {
  const other = await openProject('http');
  try {
    await withApp('http', { ownModules: true }, async ({ project }) => {
      await other.link('node_modules', project.path('node_modules'));
      const { code, stderr } = await command(other, ['reload']);
      assert.equal(code, 1);
      assert.match(stderr, /^✘ no zdr runs here/);
    });
  } finally {
    await other.close();
  }
});
