import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { command } from '../support/command.js';
import { freeUdpPort, noReusePort } from '../support/datagrams.js';
import { bodyOf, get, request } from '../support/get.js';
import { startLoad } from '../support/load.js';
import { openProject, type Project } from '../support/project.js';

// What the README lists under "Differences", and no other suite has.

test('an app that uses node:cluster, with -w 2: each of the workers has its own, and all of them roll over', () =>
  withApp('cluster', { args: ['-w', '2'] }, async ({ project, zdr }) => {
    const parents = async (version: number): Promise<Set<unknown>> => {
      const seen = new Set<unknown>();
      await zdr.until(`both parents of version ${version}`, async () => {
        const body = await get(zdr.where);
        assert.equal(body.version, version);
        return seen.add(body['parent']).size === 2;
      });
      return seen;
    };
    const before = await parents(1);
    await zdr.rollover(() => project.version(2));
    for (const parent of await parents(2)) assert.ok(!before.has(parent));
  }));

test("SCHED_NONE of an app's own node:cluster is SCHED_RR: no request fails, and none of those that begin later is stale", () =>
  withApp(
    'cluster',
    {
      before: (project) =>
        project.edit('src/app.ts', (text) =>
          text.replace(
            'if (cluster.isPrimary) {',
            'cluster.schedulingPolicy = cluster.SCHED_NONE;\nif (cluster.isPrimary) {\n  console.log(cluster.schedulingPolicy === cluster.SCHED_RR);',
          ),
        ),
    },
    async ({ project, zdr }) => {
      const load = startLoad(zdr.where, 'fresh', 4, 20);
      for (let version = 2; version <= 4; version += 1) {
        const live = await zdr.rollover(() => project.version(version));
        load.live(version, live.at);
        const upTo = load.answered();
        await zdr.until('answers', () => load.answered() >= upTo + 8);
      }
      const totals = await load.stop();
      assert.deepEqual([totals.failed, totals.staleOnNew], [[], []]);
      await zdr.until('all of them say so', () => zdr.stdout === 'true\n'.repeat(4));
    },
  ));

test('a UDP socket of a worker of an own node:cluster stays with the old code: the new one is told that it is taken', async () => {
  const port = await freeUdpPort();
  const serve = `
    import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
    import { createServer } from 'node:http';
    import { version } from './version.ts';
    export function serve(): void {
      const socket = createSocket('udp4').on('error', (error) => console.log(version, (error as NodeJS.ErrnoException).code));
      socket.bind(${port}, '127.0.0.1', () => console.log(version, 'bound'));
      createServer((_request, response) => response.end(JSON.stringify({ version, pid: process.pid }))).listen(0);
    }`;
  const before = async (project: Project): Promise<void> => {
    await project.write('src/serve.ts', serve);
    await project.edit('src/app.ts', (text) => text.replace('n < 2', 'n < 1'));
  };
  await withApp('cluster', { before }, async ({ project, zdr }) => {
    await zdr.until('the first', () => zdr.stdout === '1 bound\n');
    await zdr.rollover(() => project.version(2));
    await zdr.until('the second', () => zdr.stdout === '1 bound\n2 EADDRINUSE\n');
    assert.equal((await get(zdr.where)).version, 2);
  });
});

test('datagrams that come while no worker lives are answered by the next good version', async () => {
  const port = await freeUdpPort();
  await withApp('udp', { env: { PORT: String(port) } }, async ({ project, zdr }) => {
    await project.edit('src/version.ts', (text) => `${text}throw new Error('no');\n`);
    await zdr.event('boot-failed');
    const client = createSocket('udp4').bind(0, '127.0.0.1');
    const answers: string[] = [];
    client.on('message', (message) => answers.push(String(message)));
    try {
      for (let crashes = 1; crashes <= 3; crashes += 1) {
        const since = zdr.now();
        client.send('exit', port, '127.0.0.1');
        await zdr.event('crashed', {}, since);
      }
      for (let n = 0; n < 100; n += 1) client.send(String(n), port, '127.0.0.1');
      await zdr.rollover(() => project.write('src/version.ts', 'export const version = 3;\n'));
      await zdr.until('all answers', () => answers.length === 100);
      assert.deepEqual(new Set(answers), new Set(Array.from({ length: 100 }, (_, n) => `3 ${n}`)));
    } finally {
      client.close();
    }
  });
});

test(
  'UDP sockets with reusePort, -w 2: each worker has its own, and those of the old code answer until it has ended',
  { skip: noReusePort },
  async () => {
    const port = await freeUdpPort();
    const args = ['-w', '2'];
    await withApp(
      'udp',
      { args, env: { PORT: String(port), HTTP: '1', REUSE_PORT: '1' } },
      async ({ project, zdr }) => {
        const http = zdr.all('ready')[0]!.addresses.find(({ protocol }) => protocol === 'http');
        assert.ok(http?.kind === 'tcp');
        const clients: Socket[] = [];
        const answers: string[] = [];
        /** The kernel deals them out by their senders. */
        const send = (text: string): void => {
          const client = createSocket('udp4').bind(0, '127.0.0.1');
          clients.push(client);
          client.on('message', (message) => answers.push(String(message)));
          client.send(text, port, '127.0.0.1');
        };
        const other = createSocket('udp4').bind(0, '127.0.0.1');
        clients.push(other);
        try {
          await once(other, 'listening');
          const asked = once(other, 'message');
          // It lasts until it is answered.
          const outcome = request(http, `/?ask=${other.address().port}`);
          const [, from] = await asked;
          await zdr.rollover(() => project.version(2));
          await zdr.until('both versions answer', () => {
            send('x');
            return ['1 x', '2 x'].every((answer) => answers.includes(answer));
          });
          other.send('the answer', from.port, from.address);
          assert.equal(bodyOf(await outcome).version, 1);
          await zdr.event('drained', { generation: 1 });
          for (let n = 0; n < 20; n += 1) send('y');
          const last = (): string[] => answers.filter((answer) => answer.endsWith('y'));
          await zdr.until('all answers', () => last().length === 20);
          assert.deepEqual(new Set(last()), new Set(['2 y']));
        } finally {
          for (const client of clients) client.close();
        }
      },
    );
  },
);

test('a missing --env-file is refused before anything runs, by node itself or by zdr', async () => {
  const project = await openProject('script');
  try {
    const { code, stdout, stderr } = await command(project, ['dev', '--env-file', 'nope', 'src/app.ts']);
    assert.match(stderr, /nope/);
    assert.equal(stdout, '');
    assert.equal(code, /does not exist/.test(stderr) ? 2 : 9);
  } finally {
    await project.close();
  }
});
