import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { Connection } from '../support/connection.js';
import { get } from '../support/get.js';
import { type Project, repository } from '../support/project.js';

/** The ways in which an app can have `zdr/app`, and write that it wants it. */
const ways: Readonly<Record<string, { readonly put: (project: Project) => Promise<void>; readonly type: string }>> = {
  'installed, in an ES module': { put: installed, type: 'module' },
  'installed, in CommonJS': { put: installed, type: 'commonjs' },
  'linked, so that it is bundled': { put: (project) => project.link('node_modules/zdr', repository), type: 'module' },
};

async function installed(project: Project): Promise<void> {
  const folder = project.path('node_modules/zdr');
  await cp(join(repository, 'dist'), join(folder, 'dist'), { recursive: true });
  await cp(join(repository, 'package.json'), join(folder, 'package.json'));
}

const server = (type: string, body: string): string => {
  const load = (names: string, from: string): string =>
    type === 'module' ? `import { ${names} } from '${from}';` : `const { ${names} } = require('${from}');`;
  return `${load('createServer', 'node:http')}
${load('appendFileSync', 'node:fs')}
${load('version', './version.ts')}
${load('onDrain, ready, generation', 'zdr/app')}
const note = (text) => appendFileSync('notes.txt', text + '\\n');
${body}
createServer((request, response) => {
  const answer = () => response.end(JSON.stringify({ version, generation: generation(), pid: process.pid }));
  request.url === '/slow' ? setTimeout(answer, 400) : answer();
}).listen(0, '127.0.0.1');
`;
};

function notes(project: Project): Promise<string> {
  return readFile(project.path('notes.txt'), 'utf8').catch(() => '');
}

for (const [name, { put, type }] of Object.entries(ways)) {
  test(`${name}: the generation is known, and onDrain is called and awaited`, () =>
    withApp(
      'http',
      {
        ownModules: true,
        before: async (project) => {
          await put(project);
          await project.edit('package.json', (text) => JSON.stringify({ ...JSON.parse(text), type }));
          await project.write(
            'src/app.ts',
            server(
              type,
              `onDrain(async () => {
                 note('begin ' + version);
                 await new Promise((resolve) => setTimeout(resolve, 100));
                 note('end ' + version);
               });
               process.on('exit', () => note('exit ' + version));`,
            ),
          );
        },
      },
      async ({ project, zdr }) => {
        assert.equal((await get(zdr.where)).generation, 1);
        const connection = await Connection.open(zdr.where);
        const slow = connection.send('/slow');
        await zdr.rollover(() => project.version(2));
        assert.equal((await get(zdr.where)).generation, 2);
        const outcome = await slow;
        assert.equal(outcome.tag === 'answered' && JSON.parse(outcome.answer.body.toString()).generation, 1);
        connection.close();
        await zdr.event('drained', { generation: 1 });
        assert.equal(await notes(project), 'begin 1\nend 1\n');
        await zdr.stop();
        assert.equal(await notes(project), 'begin 1\nend 1\nbegin 2\nend 2\n');
      },
    ));
}

test('ready(promise): the new code takes over once it listens and is ready', () =>
  withApp(
    'http',
    {
      ownModules: true,
      before: async (project) => {
        await installed(project);
        await project.write(
          'src/app.ts',
          server(
            'module',
            `import { existsSync } from 'node:fs';
             const wait = async () => { while (!existsSync('go' + version)) await new Promise((done) => setTimeout(done, 10)); };
             ready(wait().then(() => { note('ready ' + version); if (existsSync('no' + version)) throw new Error('no cache'); }));
             onDrain(() => note('drain ' + version));`,
          ),
        );
        await project.write('go1', '');
      },
    },
    async ({ project, zdr }) => {
      assert.equal((await get(zdr.where)).version, 1);
      const since = zdr.now();
      await project.version(2);
      // It listens long before that: the old code answers as long as it is not let go.
      await zdr.until('a worker of #2', () => zdr.processes().length > 2);
      for (let n = 0; n < 20; n++) assert.equal((await get(zdr.where)).version, 1);
      assert.deepEqual(zdr.all('live', since), []);
      await project.write('go2', '');
      await zdr.event('live', { generation: 2 }, since);
      assert.equal((await get(zdr.where)).version, 2);
      assert.equal(await notes(project), 'ready 1\nready 2\ndrain 1\n');

      const before = zdr.now();
      await project.write('no3', '');
      await project.write('go3', '');
      await project.version(3);
      const failed = await zdr.event('boot-failed', { generation: 3, live: 2 }, before);
      assert.match(JSON.stringify(failed.reason), /no cache/);
    },
  ));

test('ready(promise) of the first code, which serves all the same: a save loses nothing of what it answers', () =>
  withApp(
    'http',
    {
      ownModules: true,
      ready: false,
      before: async (project) => {
        await installed(project);
        await project.write(
          'src/app.ts',
          server('module', 'if (version === 1) ready(new Promise(() => {}));').replace(
            ".listen(0, '127.0.0.1')",
            ".listen(0, '127.0.0.1', function () { if (version === 1) note(JSON.stringify(this.address())); })",
          ),
        );
      },
    },
    async ({ project, zdr }) => {
      await zdr.until('the first code listens', async () => (await notes(project)) !== '');
      const where = JSON.parse(await notes(project)) as { readonly port: number };
      const kept = await Connection.open({ host: '127.0.0.1', port: where.port });
      const versionOf = (outcome: Awaited<ReturnType<Connection['send']>>): unknown =>
        outcome.tag === 'answered' ? JSON.parse(outcome.answer.body.toString()).version : outcome;
      assert.equal(versionOf(await kept.send()), 1);
      const other = await Connection.open({ host: '127.0.0.1', port: where.port });
      const slow = other.send('/slow');
      const since = zdr.now();
      await project.version(2);
      assert.equal(versionOf(await slow), 1);
      await zdr.event('live', { generation: 2 }, since);
      assert.equal(versionOf(await kept.send()), 2);
      assert.equal(versionOf(await other.send()), 2);
      kept.close();
      other.close();
    },
  ));

test('ready(promise) that is never kept: the boot has failed, what serves stays', () =>
  withApp(
    'http',
    {
      ownModules: true,
      // Time for a process to start on a busy machine: one that is not up yet answers no question.
      args: ['--boot', '3s'],
      before: async (project) => {
        await installed(project);
        await project.write('src/app.ts', server('module', 'if (version > 1) ready(new Promise(() => {}));'));
      },
    },
    async ({ project, zdr }) => {
      const since = zdr.now();
      await project.version(2);
      const { reason } = await zdr.event('boot-failed', { generation: 2, live: 1 }, since);
      assert.deepEqual(reason, { tag: 'silent', ms: 3_000, blocked: false });
      assert.equal((await get(zdr.where)).version, 1);
    },
  ));

test('an app without a server is told before it ends', () =>
  withApp(
    'queue',
    {
      ownModules: true,
      before: async (project) => {
        await installed(project);
        await project.write(
          'src/app.ts',
          `import { appendFileSync } from 'node:fs';
           import { onDrain } from 'zdr/app';
           import { version } from './version.ts';
           const timer = setInterval(() => {}, 1_000);
           onDrain(async () => {
             await new Promise((resolve) => setTimeout(resolve, 100));
             appendFileSync('notes.txt', 'finished ' + version + '\\n');
             clearInterval(timer);
           });
           appendFileSync('notes.txt', 'started ' + version + '\\n');`,
        );
      },
    },
    async ({ project, zdr }) => {
      await zdr.rollover(() => project.version(2));
      assert.equal(await notes(project), 'started 1\nfinished 1\nstarted 2\n');
    },
  ));

test('without zdr all of it does nothing', () => {
  const script = `import { onDrain, ready, generation } from ${JSON.stringify(join(repository, 'dist/app.js'))};
    onDrain(() => console.log('called')); ready(); ready(Promise.resolve()); console.log(generation());`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  assert.deepEqual([stdout, stderr, status], ['null\n', '', 0]);
});
