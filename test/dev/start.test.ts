import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type App, withApp } from '../support/app.js';
import { Connection } from '../support/connection.js';
import { get, request } from '../support/get.js';
import { assertSeamless, startLoad } from '../support/load.js';
import { SecureConnection } from '../support/secure.js';
import type { Seen } from '../support/zdr.js';

const command = 'start';

/** A new version and the signal for it, as a git hook gives it. */
async function roll({ project, zdr }: App, version: number): Promise<Seen<'live'>> {
  await project.version(version);
  const since = zdr.now();
  zdr.signal('SIGUSR2');
  return zdr.event('live', {}, since);
}

for (const [kind, clients] of [
  ['keep-alive', 64],
  ['fresh', 16],
] as const) {
  test(`${clients} clients, ${kind}, while 3 workers are replaced one by one 4 times: none failed, none stale`, () =>
    withApp('http', { command, args: ['-w', '3'] }, async (app) => {
      const { zdr } = app;
      const load = startLoad(zdr.where, kind, clients, 20);
      for (let version = 2; version <= 5; version++) {
        const live = await roll(app, version);
        load.live(version, live.at);
        const upTo = load.answered();
        await zdr.until('answers', () => load.answered() >= upTo + 2 * clients);
      }
      const totals = await load.stop();
      assertSeamless(totals);
      assert.equal(totals.versions.has(5), true);
    }));
}

test('a save alone changes nothing; NODE_ENV is production', () =>
  withApp(
    'http',
    {
      command,
      args: ['-w', '1'],
      before: (project) => project.edit('src/version.ts', (text) => `${text}console.log(process.env.NODE_ENV);\n`),
    },
    async (app) => {
      const { project, zdr } = app;
      assert.equal(zdr.stdout, 'production\n');
      await project.version(2);
      // What would be seen of it, were it seen, comes before the reload that is asked for.
      const live = await roll(app, 3);
      assert.equal(live.generation, 2);
      assert.equal((await get(zdr.where)).version, 3);
      assert.deepEqual(zdr.all('unchanged'), []);
    },
  ));

for (const [command, env, expected] of [
  ['dev', {}, 'development'],
  ['dev', { NODE_ENV: 'test' }, 'test'],
  ['start', { NODE_ENV: 'staging' }, 'staging'],
] as const)
  test(`zdr ${command}: NODE_ENV is ${expected}${'NODE_ENV' in env ? ', as the environment says' : ''}`, () =>
    withApp(
      'http',
      {
        command,
        env,
        args: ['-w', '1'],
        before: (project) => project.edit('src/version.ts', (text) => `${text}console.log(process.env.NODE_ENV);\n`),
      },
      async ({ zdr }) => void (await zdr.until('the output', () => zdr.stdout === `${expected}\n`)),
    ));

test('a build that fails and a boot that fails change nothing', () =>
  withApp('http', { command, args: ['-w', '2'] }, async (app) => {
    const { project, zdr } = app;
    const good = await project.read('src/version.ts');
    await project.write('src/version.ts', 'export const version = ;');
    zdr.signal('SIGUSR2');
    await zdr.event('build-failed', { live: 1 });
    await project.write('src/version.ts', `throw new Error('no');\n${good}`);
    zdr.signal('SIGUSR2');
    await zdr.event('boot-failed', { live: 1 });
    assert.equal((await get(zdr.where)).version, 1);
    await project.write('src/version.ts', good);
    assert.equal((await roll(app, 4)).generation, 3);
    assert.equal((await get(zdr.where)).version, 4);
  }));

test('a worker that fails in the middle of a rollover: the old version is whole again, and nobody is refused', () =>
  withApp('http', { command, args: ['-w', '3'] }, async ({ project, zdr }) => {
    // The first worker of it boots, the second does not.
    await project.edit(
      'src/version.ts',
      (text) => `import { mkdirSync } from 'node:fs';\nmkdirSync('./once');\n${text.replace('1', '2')}`,
    );
    const load = startLoad(zdr.where, 'fresh', 8, 5);
    zdr.signal('SIGUSR2');
    await zdr.event('boot-failed', { generation: 2, live: 1 });
    await zdr.event('drained', { generation: 2 });
    const totals = await load.stop();
    assert.deepEqual(totals.failed, []);
    for (let n = 0; n < 12; n += 1) assert.equal((await get(zdr.where)).version, 1);
  }));

test('a first build that fails ends with 1, as does a first boot', async () => {
  for (const [content, event] of [
    ['export const version = ;', 'build-failed'],
    ["throw new Error('no');", 'boot-failed'],
  ] as const)
    await withApp(
      'http',
      { command, args: ['-w', '2'], ready: false, before: (project) => project.write('src/version.ts', content) },
      async ({ zdr }) => {
        await zdr.event(event);
        assert.deepEqual(await zdr.exit, { code: 1, signal: null });
      },
    );
});

test('a worker that crashes is replaced, and the others serve meanwhile', () =>
  withApp('http', { command, args: ['-w', '2'] }, async ({ zdr }) => {
    await request(zdr.where, '/crash');
    await zdr.event('crashed', { generation: 1 });
    const load = startLoad(zdr.where, 'fresh', 4, 5);
    await zdr.event('respawned', { generation: 1 });
    assert.deepEqual((await load.stop()).failed, []);
  }));

/** Healthy from the fourth question on. */
const app = (fixture: 'http' | 'https') => `
import { readFileSync } from 'node:fs';
import { createServer } from 'node:${fixture}';
const options = ${fixture === 'http' ? '{}' : "{ key: readFileSync('key.pem'), cert: readFileSync('cert.pem') }"};
let asked = 0;
createServer(options, (request, response) => {
  if (request.url === '/health') asked += 1;
  if (asked < 4) response.statusCode = 503;
  response.end(JSON.stringify({ asked }));
}).listen(0);
`;

for (const fixture of ['http', 'https'] as const)
  test(`${fixture}: with --ready-url a worker serves only once the app answers with 2xx`, () =>
    withApp(
      fixture,
      {
        command,
        args: ['-w', '1', '--ready-url', '/health'],
        before: (project) => project.write('src/app.ts', app(fixture)),
      },
      async ({ zdr }) => {
        const open = fixture === 'http' ? Connection : SecureConnection;
        for (const generation of [1, 2]) {
          const connection = await open.open(zdr.where);
          const outcome = await connection.send('/');
          if (!('answer' in outcome)) assert.fail(JSON.stringify(outcome));
          assert.deepEqual(JSON.parse(outcome.answer.body.toString()), { asked: 4 });
          connection.close();
          const since = zdr.now();
          zdr.signal('SIGUSR2');
          await zdr.event('live', { generation: generation + 1 }, since);
        }
      },
    ));

test('an app that never becomes healthy does not go live', () =>
  withApp(
    'http',
    { command, args: ['-w', '1', '--ready-url', '/ready', '--boot', '2s'], ready: false },
    async ({ zdr }) => {
      // The fixture answers 404 there.
      const { reason } = await zdr.event('boot-failed', { generation: 1 });
      assert.deepEqual(reason, { tag: 'silent', ms: 2_000, blocked: false });
      assert.deepEqual(await zdr.exit, { code: 1, signal: null });
    },
  ));
