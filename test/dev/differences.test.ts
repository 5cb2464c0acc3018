import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { command } from '../support/command.js';
import { freeUdpPort } from '../support/datagrams.js';
import { get } from '../support/get.js';
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
      assert.equal(zdr.stdout, 'true\n'.repeat(4));
    },
  ));

test('a UDP socket of a worker of an own node:cluster stays with the old code: the new one is told that it is taken', async () => {
  const port = await freeUdpPort();
  const serve = `
    import { createSocket } from 'node:dgram';
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

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

test(
  'a UDP socket with reusePort is bound by each generation for itself',
  {
    skip: major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12) ? false : 'node has no reusePort',
  },
  async () => {
    const port = await freeUdpPort();
    await withApp(
      'udp',
      {
        env: { PORT: String(port) },
        before: (project) =>
          project.edit('src/app.ts', (text) => text.replace("type: 'udp4',", "type: 'udp4', reusePort: true,")),
      },
      async ({ project, zdr }) => {
        await zdr.rollover(() => project.version(2));
        const client = createSocket('udp4').bind(0, '127.0.0.1');
        try {
          const heard = new Promise((resolve) => client.once('message', (message) => resolve(String(message))));
          await zdr.event('drained', { generation: 1 });
          client.send('x', port, '127.0.0.1');
          assert.equal(await heard, '2 x');
        } finally {
          client.close();
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
