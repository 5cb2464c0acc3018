import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { command, startCommand } from '../support/command.js';
import { within } from '../support/deadline.js';
import { get } from '../support/get.js';
import { openProject, type Project } from '../support/project.js';
import { Zdr } from '../support/zdr.js';

async function workspace(project: Project): Promise<{ entry: string }> {
  await project.link('node_modules/@fixture/lib', '../../packages/lib');
  return { entry: 'packages/app/src/app.ts' };
}

for (const run of ['dev', 'start'] as const)
  test(`zdr reload of zdr ${run}: 0 and one line when the new code is live, which then answers`, () =>
    withApp('http', { command: run, args: ['-w', '2'] }, async ({ project, zdr }) => {
      // Written between the look of the watcher and the reload, or not: it is what is on the disk that goes live.
      await project.version(2);
      const { code, stdout, stderr } = await command(project, ['reload']);
      assert.equal(code, 0, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, /^↻ #\d+ live in [\d.]+ m?s\n$/);
      for (let n = 0; n < 10; n++) assert.equal((await get(zdr.where)).version, 2);
    }));

for (const run of ['dev', 'start'] as const) {
  test(`zdr reload of zdr ${run}: a build that fails is 1 with the frame`, () =>
    withApp('http', { command: run, args: ['-w', '1'] }, async ({ project, zdr }) => {
      await project.write('src/version.ts', 'export const = 2;\n');
      const { code, stderr } = await command(project, ['reload']);
      assert.equal(code, 1);
      assert.match(stderr, /^✘ build failed, #1 keeps serving\n[^]*src\/version\.ts:1:13:\n +1 │ export const = 2;/);
      assert.equal((await get(zdr.where)).version, 1);
    }));

  test(`zdr reload of zdr ${run}: a throw at boot is 1 with the stack`, () =>
    withApp('http', { command: run, args: ['-w', '1'] }, async ({ project, zdr }) => {
      await project.write('src/version.ts', "throw new Error('no database');\nexport const version = 2;\n");
      const { code, stderr } = await command(project, ['reload']);
      assert.equal(code, 1);
      assert.match(stderr, /^✘ #\d+ threw while booting, #1 keeps serving\nError: no database\n +at .*version\.ts:1:7/);
      assert.equal((await get(zdr.where)).version, 1);
    }));
}

test('Ctrl-C of zdr reload ends it alone: the reload goes on', () =>
  withApp('http', { command: 'start', args: ['-w', '1', '--boot', '60s'] }, async ({ project, zdr }) => {
    // Until this file is there, the new generation boots.
    await project.edit('src/app.ts', (text) =>
      text.replace(
        'server.listen(port, host);',
        `import { existsSync } from 'node:fs';
         const look = setInterval(() => existsSync('go') && (clearInterval(look), server.listen(port, host)), 20);`,
      ),
    );
    await project.version(2);
    const { child, said } = startCommand(project, ['reload']);
    const since = zdr.now();
    await zdr.until('the reload has reached it', async () => {
      const { stdout } = await command(project, ['status', '--json']);
      return JSON.parse(stdout).generations.some(({ state }: { state: string }) => state === 'booting');
    });
    child.kill('SIGINT');
    assert.equal((await within('the end of the command', said)).signal, 'SIGINT');
    await project.write('go', '');
    await zdr.event('live', {}, since);
    assert.equal((await get(zdr.where)).version, 2);
  }));

test('zdr ends before the reload is done: 1 and one line', () =>
  withApp('http', { command: 'start', args: ['-w', '1', '--boot', '60s'] }, async ({ project, zdr }) => {
    await project.write('src/app.ts', 'setInterval(() => {}, 1000);\n');
    const { said } = startCommand(project, ['reload']);
    await zdr.until('the reload has reached it', async () => {
      const { stdout } = await command(project, ['status', '--json']);
      return JSON.parse(stdout).generations.some(({ state }: { state: string }) => state === 'booting');
    });
    zdr.signal('SIGTERM');
    const { code, stderr } = await within('the answer', said);
    assert.equal(code, 1);
    assert.match(stderr, /^✘ zdr ended before the reload was done\n$/);
  }));

test('nothing runs here: 1 and one line, for reload and status', async () => {
  const project = await openProject('http');
  try {
    for (const args of [['reload'], ['status'], ['status', '--json']]) {
      const { code, stdout, stderr } = await command(project, args);
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, /^✘ no zdr runs here\n {2}looked for one of \/.*\n {2}more: .*#status\n$/);
    }
  } finally {
    await project.close();
  }
});

test('two instances in one project are told apart by pid and by entry', () =>
  withApp('http', { ownModules: true }, async ({ project, zdr }) => {
    await project.write('src/other.ts', "import './app.ts';\n");
    const other = new Zdr(project, { entry: 'src/other.ts' });
    try {
      await other.event('ready');
      const both = await command(project, ['reload']);
      assert.equal(both.code, 2);
      assert.match(both.stderr, /^✘ 2 instances run here\n/);
      assert.match(both.stderr, new RegExp(`zdr reload --pid ${zdr.pid} \\(src/app\\.ts\\)`));
      assert.match(both.stderr, new RegExp(`zdr reload --pid ${other.pid} \\(src/other\\.ts\\)`));

      const since = other.now();
      assert.equal((await command(project, ['reload', '--pid', String(other.pid)])).code, 0);
      assert.equal((await command(project, ['reload', 'other.ts'], { folder: 'src' })).code, 0);
      assert.equal(other.all('live', since).length, 2);
      assert.deepEqual(zdr.all('live'), []);

      const none = await command(project, ['reload', '--pid', '1']);
      assert.equal(none.code, 1);
      assert.match(none.stderr, /^✘ no instance with pid 1 runs here\n {2}there is .*src\/app\.ts/);
    } finally {
      await other.stop();
    }
  }));

test('in a workspace it is found from the folder where it was started, from the package and from below', () =>
  withApp('workspace', { before: workspace }, async ({ project, zdr }) => {
    for (const folder of ['.', 'packages/app', 'packages/app/src']) {
      const { code, stderr } = await command(project, ['reload'], { folder });
      assert.equal(code, 0, `${folder}: ${stderr}`);
    }
    assert.equal(zdr.all('live').length, 3);
    assert.equal((await command(project, ['reload'], { folder: 'packages/lib' })).code, 1);
    assert.equal((await command(project, ['reload', 'packages/app/src/app.ts'])).code, 0);
  }));
