import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { within } from '../support/deadline.js';

test('a script that ends with 0 is done; a save runs it again', () =>
  withApp('script', { ready: false }, async ({ project, zdr }) => {
    await zdr.event('done', { generation: 1 });
    assert.equal(zdr.stdout, 'report 1\n');
    await project.version(2);
    await zdr.event('done', { generation: 2 });
    assert.equal(zdr.stdout, 'report 1\nreport 2\n');
    assert.deepEqual(zdr.all('crashed'), []);
  }));

test('a script that prints much loses nothing', () =>
  withApp(
    'script',
    {
      ready: false,
      before: (project) =>
        project.write(
          'src/app.ts',
          "for (let i = 0; i < 20_000; i++) console.log(`line ${i}`);\nprocess.on('exit', () => console.log('the end'));\n",
        ),
    },
    async ({ zdr }) => {
      await zdr.event('done', { generation: 1 });
      await zdr.until('the last line', () => zdr.stdout.endsWith('the end\n'));
      assert.equal(zdr.stdout.split('\n').length, 20_002);
    },
  ));

test('a script that exits by itself in the middle: what it has printed is there, and its code counts', () =>
  withApp(
    'script',
    {
      ready: false,
      before: (project) =>
        project.write('src/app.ts', 'for (let i = 0; i < 100; i++) console.log(`line ${i}`);\nprocess.exit(3);\n'),
    },
    async ({ zdr }) => {
      const { reason } = await zdr.event('boot-failed');
      assert.deepEqual(reason, { tag: 'exited', exit: { code: 3, signal: null } });
      await zdr.until('the last line', () => zdr.stdout.endsWith('line 99\n'));
    },
  ));

test('what is piped into zdr is the input of the app', () =>
  withApp(
    'script',
    {
      ready: false,
      stdin: 'pipe',
      before: (project) =>
        project.write(
          'src/app.ts',
          "let all = '';\nfor await (const part of process.stdin) all += String(part);\nconsole.log(all.split('\\n').length, all.slice(-4));\n",
        ),
    },
    async ({ zdr }) => {
      zdr.pipes.stdin!.end(`${'a line\n'.repeat(20_000)}end`);
      await zdr.event('done');
      await zdr.until('what it says', () => zdr.stdout === '20001 \nend\n');
    },
  ));

for (const [name, handlers, said] of [
  ['SIGINT alone', ['SIGINT'], 'SIGINT'],
  ['SIGTERM alone', ['SIGTERM'], 'SIGTERM'],
  ['both', ['SIGINT', 'SIGTERM'], 'SIGTERM'],
  ["the message 'shutdown'", ['message'], 'shutdown'],
  ["SIGTERM, and hears the message 'shutdown'", ['message', 'SIGTERM'], 'shutdown'],
] as const)
  test(`an app that ends itself at ${name} does so, at a reload and at the stop`, () =>
    withApp(
      'http',
      {
        before: (project) =>
          project.edit(
            'src/app.ts',
            (text) =>
              `import { version } from './version.ts';\n${text}\nfor (const name of ${JSON.stringify(handlers)})\n  process.once(name, (signal) => setTimeout(() => { console.log('bye', version, signal); process.exit(0); }, 50));\n`,
          ),
      },
      async ({ project, zdr }) => {
        await zdr.rollover(() => project.version(2));
        await zdr.until('the end of the first', () => zdr.stdout.includes(`bye 1 ${said}\n`));
        zdr.signal('SIGINT');
        await within('the end', zdr.exit);
        assert.equal(zdr.stdout, `bye 1 ${said}\nbye 2 ${said}\n`);
      },
    ));

test('a script that fails waits for an edit', () =>
  withApp(
    'script',
    { ready: false, before: (project) => project.write('src/app.ts', "throw new Error('no input');\n") },
    async ({ project, zdr }) => {
      await zdr.event('boot-failed');
      await project.write('src/app.ts', "console.log('fine');\n");
      await zdr.event('done');
      assert.equal(zdr.stdout, 'fine\n');
    },
  ));

test('a top-level await that nothing can settle ends with 13, as under node', () =>
  withApp(
    'script',
    { ready: false, before: (project) => project.write('src/app.ts', 'await new Promise(() => {});\n') },
    async ({ project, zdr }) => {
      const failed = await zdr.event('boot-failed');
      assert.deepEqual(failed.reason, { tag: 'exited', exit: { code: 13, signal: null } });
      await project.write('src/app.ts', "console.log('settled');\n");
      await zdr.event('done');
    },
  ));

test('a queue worker: the old one ends before the new one begins', () =>
  withApp('queue', async ({ project, zdr }) => {
    await zdr.until('ticks', () => zdr.stdout.includes('tick 1\ntick 1\n'));
    await zdr.rollover(() => project.version(2));
    await zdr.until('ticks of the new one', () => zdr.stdout.includes('tick 2\ntick 2\n'));
    assert.match(zdr.stdout, /^(tick 1\n)+bye 1\n(tick 2\n)+$/);
    zdr.signalAll('SIGINT');
    assert.deepEqual(await within('the end', zdr.exit), { code: 0, signal: null });
    await zdr.until('the farewell', () => zdr.stdout.endsWith('bye 2\n'));
  }));

test('a queue worker that does not build goes on', () =>
  withApp('queue', async ({ project, zdr }) => {
    await project.write('src/version.ts', 'export const = ;\n');
    await zdr.event('build-failed');
    const upTo = zdr.stdout.length;
    await zdr.until('more ticks', () => zdr.stdout.length > upTo + 20);
    assert.ok(!zdr.stdout.includes('bye'));
    await zdr.rollover(() => project.write('src/version.ts', 'export const version = 2;\n'));
    await zdr.until('the new one', () => zdr.stdout.includes('bye 1\ntick 2\n'));
  }));
