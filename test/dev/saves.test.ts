import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { readied } from '../support/ahead.js';
import { withApp } from '../support/app.js';
import { get } from '../support/get.js';
import { type Project, touch } from '../support/project.js';
import { manners } from '../support/saves.js';
import type { Zdr } from '../support/zdr.js';

/** The save is live when it is answered; it may have been live in part before (an empty file is a file). */
const answers = (zdr: Zdr, version: number): Promise<unknown> =>
  zdr.until(`an answer of version ${version}`, async () => (await get(zdr.where)).version === version);

for (const manner of manners) {
  test(`saved: ${manner}`, () =>
    withApp('http', async ({ project, zdr }) => {
      for (const version of [2, 3, 4]) {
        await project.version(version, manner);
        await answers(zdr, version);
      }
    }));
}

test('saved in one manner after the other', () =>
  withApp('http', async ({ project, zdr }) => {
    for (const [i, manner] of [...manners, ...manners.toReversed()].entries()) {
      await project.version(i + 2, manner);
      await answers(zdr, i + 2);
    }
  }));

test('with --poll, whatever the manner', () =>
  withApp('http', { args: ['--poll', '50'] }, async ({ project, zdr }) => {
    for (const [i, manner] of manners.entries()) {
      await project.version(i + 2, manner);
      await answers(zdr, i + 2);
    }
  }));

test('20 saves 30 ms apart: the last one is live', () =>
  withApp('http', async ({ project, zdr }) => {
    for (let version = 2; version <= 21; version++) {
      await project.version(version);
      await wait(30);
    }
    await answers(zdr, 21);
  }));

test('several files saved at once are one rollover', () =>
  withApp('http', async ({ project, zdr }) => {
    await zdr.rollover(async () => {
      await Promise.all([
        project.version(2),
        project.edit('src/routes.ts', (text) => `// changed\n${text.replace("'/slow'", "'/slower'")}`),
      ]);
    });
    await answers(zdr, 2);
    await zdr.until(
      'the other file',
      async () => (await get(zdr.where, '/slower?ms=1').catch(() => null))?.version === 2,
    );
    assert.ok(zdr.all('live').length <= 2);
  }));

test('a touch is no change', () =>
  withApp('http', async ({ project, zdr }) => {
    const since = zdr.now();
    await touch(project, 'src/version.ts');
    // What comes after the touch shows that the touch itself caused nothing.
    await zdr.rollover(() => project.version(2));
    assert.equal(zdr.all('live', since).length, 1);
    assert.deepEqual(zdr.all('unchanged', since), []);
  }));

test('a save that does not change the bundle is said and causes no rollover', () =>
  withApp('http', async ({ project, zdr }) => {
    const before = await get(zdr.where);
    const since = zdr.now();
    await project.edit('src/version.ts', (text) => `${text}// a comment\n`);
    const unchanged = await zdr.event('unchanged', {}, since);
    assert.equal(unchanged.live, 1);
    assert.deepEqual(await get(zdr.where), before);
    await zdr.rollover(() => project.version(2));
  }));

test('an import that is written before its file exists', () =>
  withApp('http', async ({ project, zdr }) => {
    const since = zdr.now();
    await project.write('src/version.ts', "export { version } from './later/number.ts';\n");
    await zdr.event('build-failed', {}, since);
    assert.equal((await get(zdr.where)).version, 1);
    await zdr.rollover(() => project.write('src/later/number.ts', 'export const version = 2;\n'));
    assert.equal((await get(zdr.where)).version, 2);
  }));

test('a file that is removed and comes back', () =>
  withApp('http', async ({ project, zdr }) => {
    const since = zdr.now();
    await project.remove('src/version.ts');
    await zdr.event('build-failed', {}, since);
    await zdr.rollover(() => project.write('src/version.ts', 'export const version = 2;\n'));
    assert.equal((await get(zdr.where)).version, 2);
  }));

test('the folder of the sources is moved away and back', () =>
  withApp('http', async ({ project, zdr }) => {
    const { rename } = await import('node:fs/promises');
    await rename(project.path('src'), project.path('elsewhere'));
    await project.version(2, 'in place', 'elsewhere/version.ts');
    await rename(project.path('elsewhere'), project.path('src'));
    await answers(zdr, 2);
    await project.version(3);
    await answers(zdr, 3);
  }));

const json = async (project: Project): Promise<void> => {
  await project.write('src/version.json', '{ "version": 1 }\n');
  await project.write(
    'src/version.ts',
    "import data from './version.json' with { type: 'json' };\nexport const version = data.version;\n",
  );
};

test('JSON', () =>
  withApp('http', { before: json }, async ({ project, zdr }) => {
    await zdr.rollover(() => project.version(2, 'in place', 'src/version.json'));
    assert.equal((await get(zdr.where)).version, 2);
  }));

test('tsconfig paths, also of an extended file', () =>
  withApp('tsconfig-paths', async ({ project, zdr }) => {
    await zdr.rollover(() => project.edit('tsconfig.base.json', (text) => text.replace('./src/*', './other/*')));
    assert.equal((await get(zdr.where)).version, 100);
    await zdr.rollover(() => project.version(101, 'in place', 'other/version.ts'));
    assert.equal((await get(zdr.where)).version, 101);
  }));

test('.env, by --env-file and by the app itself', () =>
  withApp('env', { args: ['--env-file', '.env'] }, async ({ project, zdr }) => {
    const first = await get(zdr.where);
    assert.deepEqual([first.greeting, first.colour], ['hello', 'green']);
    // The process that waits has the old one.
    await readied({ project, zdr });
    await zdr.rollover(() => project.write('.env', 'GREETING=salut\n'));
    assert.equal((await get(zdr.where)).greeting, 'salut');
    await zdr.rollover(() => project.write('.env.local', 'COLOUR=blue\n', 'rename over'));
    assert.equal((await get(zdr.where)).colour, 'blue');
  }));

test('a package of the workspace', () =>
  withApp(
    'workspace',
    {
      before: async (project) => {
        await project.link('node_modules/@fixture/lib', '../../packages/lib');
        return { entry: 'packages/app/src/app.ts' };
      },
    },
    async ({ project, zdr }) => {
      assert.equal((await get(zdr.where)).version, 1);
      await zdr.rollover(() => project.version(2, 'in place', 'packages/lib/src/version.ts'));
      assert.equal((await get(zdr.where)).version, 2);
      await zdr.rollover(() => project.version(3, 'rename over', 'packages/lib/src/version.ts'));
      assert.equal((await get(zdr.where)).version, 3);
    },
  ));

test('--watch adds files, --ignore takes some away', () =>
  withApp(
    'http',
    {
      args: ['--watch', 'views/**', '--ignore', 'views/*.tmp'],
      before: (project) => project.write('views/a.html', 'a'),
    },
    async ({ project, zdr }) => {
      const since = zdr.now();
      await project.write('views/a.tmp', 'ignored');
      const live = await zdr.rollover(() => project.write('views/a.html', 'b'));
      assert.deepEqual(
        live.causes.map((cause) => cause.endsWith('views/a.html')),
        [true],
      );
      assert.equal(zdr.all('live', since).length, 1);
    },
  ));
