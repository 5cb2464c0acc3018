import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { get } from '../support/get.js';
import { addPackage, type Project } from '../support/project.js';

// Source files that only a run shows: they are part of the program all the same.

const write = (files: Readonly<Record<string, string>>) => async (project: Project) => {
  for (const [file, text] of Object.entries(files)) await project.write(file, text);
};

/** Answers with what `what` evaluates to, anew for each request. */
const answering = (imports: string, what: string): string => `
  import { createServer } from 'node:http';
  ${imports}
  createServer(async (_request, response) => {
    try { response.end(JSON.stringify(${what})); }
    catch (error) { response.end(JSON.stringify({ error: String(error), stack: (error as Error).stack })); }
  }).listen(0);
`;

const state =
  'export const state = { n: 0 };\nexport let late: string | undefined;\nexport function setLate() { late = "set"; }\n';

test('computed imports share the modules of the app, with live bindings, and an edit rolls over', () =>
  withApp(
    'http',
    {
      before: write({
        'src/state.ts': state,
        'src/shared.ts': 'export const made = {};\n',
        'src/plugins/a.ts':
          "import { state, late } from '../state.js';\nimport { made } from '../shared.ts';\nexport default (): unknown => [++state.n, late, 'a'];\nexport { made };\n",
        'src/plugins/b.ts':
          "import { made } from '../shared.ts';\nenum E { B = 'b' }\nexport default (): unknown => [E.B, import.meta.filename.endsWith('/src/plugins/b.ts')];\nexport { made };\n",
        'src/app.ts': answering(
          `import { readdirSync } from 'node:fs';
           import { setLate, state } from './state.ts';
           const plugins = new URL('./plugins/', import.meta.url);
           const loaded = await Promise.all(readdirSync(plugins).map((name) => import(new URL(name, plugins).href)));
           setLate();`,
          `{ said: loaded.map((m) => m.default()), n: state.n, one: loaded[0].made === loaded[1].made,
             same: (await import('./plugins/' + 'a.ts')) === loaded[0] }`,
        ),
      }),
    },
    async ({ project, zdr }) => {
      assert.deepEqual(await get(zdr.where), {
        said: [
          [1, 'set', 'a'],
          ['b', true],
        ],
        n: 1,
        one: true,
        same: true,
      });
      await zdr.rollover(() => project.edit('src/plugins/a.ts', (text) => text.replace("'a'", "'edited'")));
      assert.deepEqual((await get(zdr.where)).said, [
        [1, 'set', 'edited'],
        ['b', true],
      ]);
      await zdr.rollover(() => project.edit('src/shared.ts', (text) => text.replace('{}', '{ more: 1 }')));
      assert.equal((await get(zdr.where)).one, true);
    },
  ));

test('a file that appears while the app runs, one that does not, and one that throws', () =>
  withApp(
    'http',
    {
      before: write({
        'src/bad.ts': 'interface Nothing {}\n\nthrow new Error("on purpose" as string);\n',
        'src/app.ts': answering('', "(await import('./' + (_request.url ?? '').slice(1))).default"),
      }),
    },
    async ({ project, zdr }) => {
      const missing = (await get(zdr.where, '/later.ts')) as { error?: string };
      assert.match(String(missing.error), /Cannot find module .*\/src\/later\.ts/);
      await project.write('src/later.ts', 'export default { found: true as boolean };\n');
      assert.deepEqual(await get(zdr.where, '/later.ts'), { found: true });
      const thrown = (await get(zdr.where, '/bad.ts')) as { error?: string; stack?: string };
      assert.equal(thrown.error, 'Error: on purpose');
      assert.match(String(thrown.stack), /src\/bad\.ts:3:7/);
    },
  ));

test('a computed import that does not build fails the boot with its place, and its mending goes live', () =>
  withApp(
    'http',
    {
      before: write({
        'src/plugin.ts': 'export default 1;\n',
        'src/app.ts': answering("const name = './plugin.ts';\nconst plugin = await import(name);", 'plugin.default'),
      }),
    },
    async ({ project, zdr }) => {
      await project.write('src/plugin.ts', 'export default = ;\n');
      const { reason } = await zdr.event('boot-failed');
      assert.equal(reason.tag, 'threw');
      if (reason.tag === 'threw') assert.match(reason.error.message, /src\/plugin\.ts:1:15/);
      assert.equal(await get(zdr.where), 1);
      await zdr.rollover(() => project.write('src/plugin.ts', 'export default 2;\n'));
      assert.equal(await get(zdr.where), 2);
    },
  ));

test('new Worker of a .ts file, with imports of its own; edits to both roll over; errors name the .ts file', () =>
  withApp(
    'http',
    {
      // Its clock is the app's own: a thread has none.
      args: ['--timing'],
      before: write({
        'src/part.ts': 'export const part: string = "one";\n',
        'src/thread.ts': `
          import { parentPort, workerData } from 'node:worker_threads';
          import { part } from './part.js';
          if (workerData === 'fail') throw new Error('in the thread' as string);
          parentPort!.postMessage({ part, workerData, argv: process.argv.slice(1) });`,
        'src/app.ts': answering(
          `import { Worker } from 'node:worker_threads';
           const ask = (workerData: string) => new Promise((resolve, reject) =>
             new Worker(new URL('./thread.ts', import.meta.url), { workerData, argv: ['x'] })
               .on('message', resolve).on('error', reject));`,
          "await ask((_request.url ?? '').slice(1))",
        ),
      }),
    },
    async ({ project, zdr }) => {
      const argv = [project.path('src/thread.ts'), 'x'];
      assert.deepEqual(await get(zdr.where, '/hello'), { part: 'one', workerData: 'hello', argv });
      const failed = (await get(zdr.where, '/fail')) as { error?: string; stack?: string };
      assert.equal(failed.error, 'Error: in the thread');
      assert.match(String(failed.stack), /src\/thread\.ts:4:44/);
      await zdr.rollover(() => project.edit('src/part.ts', (text) => text.replace('one', 'two')));
      assert.equal((await get(zdr.where, '/hello')).part, 'two');
      await zdr.rollover(() => project.edit('src/thread.ts', (text) => text.replace('{ part,', '{ part, more: 1,')));
      assert.equal((await get(zdr.where, '/hello')).more, 1);
    },
  ));

test('fork of a .ts file: arguments, messages, exit code; an edit rolls over', () =>
  withApp(
    'http',
    {
      before: write({
        'src/part.ts': 'export const part: string = "one";\n',
        'src/child.ts': `
          import { part } from './part.ts';
          process.on('message', (message) => {
            const said = { part, message, argv: process.argv.slice(1), execArgv: process.execArgv };
            process.send!(said, () => process.exit(3));
          });`,
        'src/app.ts': answering(
          `import { fork } from 'node:child_process';
           const ask = (message: string) => new Promise((resolve) => {
             const child = fork(new URL('./child.ts', import.meta.url), ['--flag', 'x']);
             let said: unknown;
             child.on('message', (answer) => { said = answer; }).on('exit', (code) => resolve({ said, code }));
             child.send(message);
           });`,
          "await ask((_request.url ?? '').slice(1))",
        ),
      }),
    },
    async ({ project, zdr }) => {
      const argv = [project.path('src/child.ts'), '--flag', 'x'];
      const said = { part: 'one', message: 'hello', argv, execArgv: [] };
      assert.deepEqual(await get(zdr.where, '/hello'), { said, code: 3 });
      await zdr.rollover(() => project.edit('src/part.ts', (text) => text.replace('one', 'two')));
      assert.deepEqual(await get(zdr.where, '/hello'), { said: { ...said, part: 'two' }, code: 3 });
    },
  ));

test('children of one source begin with one file, which is not written again while some of them may still read it', () =>
  withApp(
    'http',
    {
      before: write({
        'src/child.ts': 'setInterval(() => {}, 1000);\nprocess.send!(process.pid);\n',
        'src/app.ts': answering(
          `import { fork } from 'node:child_process';
           import { once } from 'node:events';`,
          "(await once(fork(new URL('./child.ts', import.meta.url)), 'message'))[0]",
        ),
      }),
    },
    async ({ zdr }) => {
      const begins = async (): Promise<[string | undefined, bigint | undefined]> => {
        const pid = Number(await get(zdr.where));
        const command = zdr.processes().find((process) => process.pid === pid)?.command;
        const file = command?.split(' ').find((word) => word.endsWith('.enter.mjs'));
        return [file, statSync(String(file), { bigint: true }).mtimeNs];
      };
      const first = await begins();
      assert.deepEqual(await begins(), first);
    },
  ));

const routes = {
  'src/state.ts': state,
  'src/routes/a.ts': "import { state } from '../state.js';\nexport default (): unknown => ['a', ++state.n];\n",
};

for (const [kind, files] of Object.entries({
  'an ES module': {
    'index.js':
      'export const loadAll = async (urls) => (await Promise.all(urls.map((u) => import(u)))).map((m) => m.default());',
  },
  CommonJS: {
    'package.json': '{"name":"loads","version":"1.0.0"}',
    'index.js':
      'exports.loadAll = async (urls) => (await Promise.all(urls.map((u) => import(u)))).map((m) => m.default());',
  },
}))
  test(`a package that is ${kind} imports .ts files of the app: they share its modules`, () =>
    withApp(
      'http',
      {
        before: async (project) => {
          await addPackage(project, 'loads', '');
          for (const [file, text] of Object.entries(files)) await project.write(`node_modules/loads/${file}`, text);
          await write({
            ...routes,
            'src/app.ts': answering(
              `import { loadAll } from 'loads';
               import { state } from './state.ts';
               state.n = 10;
               const said = await loadAll([new URL('./routes/a.ts', import.meta.url).href]);`,
              '{ said, n: state.n }',
            ),
          })(project);
        },
      },
      async ({ project, zdr }) => {
        assert.deepEqual(await get(zdr.where), { said: [['a', 11]], n: 11 });
        await zdr.rollover(() => project.edit('src/routes/a.ts', (text) => text.replace("'a'", "'b'")));
        assert.deepEqual(await get(zdr.where), { said: [['b', 11]], n: 11 });
        assert.deepEqual(zdr.all('boot-failed'), []);
      },
    ));

test('CommonJS: computed require of .ts and .js, by the app and by a package', () =>
  withApp(
    'cjs',
    {
      entry: 'src/app.cts',
      before: async (project) => {
        await project.write('node_modules/loads/package.json', '{"name":"loads"}');
        await project.write('node_modules/loads/index.js', 'exports.load = (file) => require(file);');
        await write({
          'src/state.cts': 'export = { n: 10 };\n',
          'src/routes/a.cts': 'import state = require("../state.cjs");\nexport const run = (): number => ++state.n;\n',
          'src/routes/b.cjs':
            'const state = require("../state.cts");\nexports.run = () => ++state.n;\nexports.file = __filename;\n',
          'src/app.cts': `
            const { createServer } = require('node:http');
            const fs = require('node:fs'), path = require('node:path');
            const state = require('./state.cjs');
            const { load } = require('loads');
            const folder = path.join(__dirname, 'routes');
            const files = fs.readdirSync(folder).map((name: string) => path.join(folder, name));
            const all = files.map((file: string) => require(file));
            createServer((_request: unknown, response: any) => response.end(JSON.stringify({
              said: all.map((m: any) => m.run()), n: state.n, same: files.map((file: string, i: number) => load(file) === all[i]),
              file: path.basename(all[1].file),
            }))).listen(0);`,
        })(project);
      },
    },
    async ({ project, zdr }) => {
      const expected = { said: [11, 12], n: 12, same: [true, true], file: 'b.cjs' };
      assert.deepEqual(await get(zdr.where), expected);
      await zdr.rollover(() => project.edit('src/routes/b.cjs', (text) => text.replace('++state.n', '(state.n += 2)')));
      assert.deepEqual(await get(zdr.where), { ...expected, said: [11, 13], n: 13 });
    },
  ));
