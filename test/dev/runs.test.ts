import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { get } from '../support/get.js';
import { addPackage } from '../support/project.js';

// The app runs as it does under node.

const readsEnv = "export const seen = process.env.ORDER ?? 'nothing yet';\n";

test('modules are evaluated in the order of their imports, external packages included', () =>
  withApp('order', { before: (project) => addPackage(project, 'reads-env', readsEnv) }, async ({ project, zdr }) => {
    for (const version of [1, 2]) {
      if (version > 1) await zdr.rollover(() => project.version(version));
      const { seen, version: answered } = await get(zdr.where);
      assert.deepEqual([seen, answered], ['set by env.ts', version]);
    }
  }));

test('CommonJS: __filename, __dirname and require.main are those of the source', () =>
  withApp('cjs', { entry: 'src/app.cts' }, async ({ zdr }) => {
    const { file, folder, main } = await get(zdr.where);
    assert.deepEqual([file, folder, main], ['app.cts', 'src', true]);
  }));

const selfPortrait = `
  import { createServer } from 'node:http';
  import cluster from 'node:cluster';
  const about = {
    argv: process.argv.slice(1), execArgv: process.execArgv, cwd: process.cwd(),
    url: import.meta.url, filename: import.meta.filename, dirname: import.meta.dirname,
    env: process.env.FROM_OUTSIDE, title: process.title, worker: cluster.isWorker,
  };
  createServer((_request, response) => response.end(JSON.stringify(about))).listen(0);
`;

test('argv, import.meta, cwd and the environment are those of the source', () =>
  withApp(
    'http',
    {
      args: ['--', '--verbose', 'one two'],
      env: { FROM_OUTSIDE: 'yes' },
      before: (project) => project.write('src/app.ts', selfPortrait),
    },
    async ({ project, zdr }) => {
      const about = await get(zdr.where);
      const entry = project.path('src/app.ts');
      assert.deepEqual(about.argv, [entry, '--verbose', 'one two']);
      assert.equal(about.url, `file://${entry}`);
      assert.equal(about.filename, entry);
      assert.equal(basename(String(about.dirname)), 'src');
      assert.equal(about.cwd, project.dir);
      assert.equal(about.env, 'yes');
    },
  ));

test('packages of the project itself, with a node_modules of its own', () =>
  withApp(
    'http',
    {
      before: async (project) => {
        await addPackage(project, 'numbers', 'export const one = 1;\n');
        await project.write('src/version.ts', "import { one } from 'numbers';\nexport const version = one + 0;\n");
      },
    },
    async ({ project, zdr }) => {
      await zdr.rollover(() => project.edit('src/version.ts', (text) => text.replace('+ 0', '+ 1')));
      assert.equal((await get(zdr.where)).version, 2);
    },
  ));

test('a package that uses top-level await is imported ahead of the bundle, without a word', () =>
  withApp(
    'http',
    {
      before: async (project) => {
        await addPackage(project, 'waits', 'export const waited = await Promise.resolve("well");\n');
        await project.write(
          'src/app.ts',
          `import { createServer } from 'node:http';
           import { waited } from 'waits';
           import { version } from './version.ts';
           createServer((_request, response) => response.end(JSON.stringify({ version, waited }))).listen(0);`,
        );
      },
    },
    async ({ project, zdr }) => {
      assert.equal((await get(zdr.where)).waited, 'well');
      await zdr.rollover(() => project.version(2));
      assert.deepEqual(await get(zdr.where), { version: 2, waited: 'well' });
      assert.deepEqual(zdr.all('boot-failed'), []);
    },
  ));
