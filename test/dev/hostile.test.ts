import assert from 'node:assert/strict';
import { chownSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { Connection } from '../support/connection.js';
import { gateOf } from '../support/gate.js';
import { get } from '../support/get.js';
import type { Project } from '../support/project.js';

// What others can put in zdr's way: names, texts, links and files that are not what they seem.

const ESC = '\u001b';
/** What steers a terminal: an escape sequence, its one-byte form, and what turns the direction of writing. */
// eslint-disable-next-line no-control-regex -- it is what must not be there
const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

test('names of files, errors and paths of requests do not steer the terminal', () =>
  withApp('http', { json: false, ready: false }, async ({ project, zdr }) => {
    const shown = (pattern: RegExp): Promise<string> =>
      zdr.until(String(pattern), () => zdr.lines.find((line) => pattern.test(line)));
    const url = /http:\/\/localhost:(\d+)\//;
    const where = { host: '127.0.0.1', port: Number(url.exec(await shown(url))?.[1]) };

    // Node refuses most control characters in a path, but not these bytes.
    const held = await Connection.open(where);
    const gate = gateOf(project);
    const slow = held.raw(`GET ${gate.path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await gate.begun();
    const odd = await Connection.open(where);
    odd.write(Buffer.from('GET /slow/\u009b31m\u202e HTTP/1.1\r\nHost: localhost\r\n\r\n', 'latin1'));
    await get(where);

    await project.write(`src/na${ESC}[31mme.ts`, 'export const more = 1;\n');
    await project.edit('src/app.ts', (text) => `import './na${ESC}[31mme.ts';\n${text}`);
    await project.version(2);
    await shown(/#2 live/);
    await shown(/#1 finishes/);
    await project.edit('src/app.ts', (text) => `throw new Error('${ESC}]0;title\\u0007 \\u202e \\u009b2J');\n${text}`);
    await shown(/threw while booting/);
    await shown(/title/);
    await project.write(`src/na${ESC}[31mme.ts`, 'export const more = ;\n');
    await shown(/build failed/);
    for (const line of zdr.lines) assert.doesNotMatch(line, STEERING, JSON.stringify(line));
    await gate.open();
    assert.equal((await slow).tag, 'answered');
    held.close();
    odd.close();
  }));

const cacheOf = (project: Project): string => project.path('node_modules/.cache/zdr');
/** No process can have this number. */
const DEAD = '4194305-a';

test('a cache folder that is a link: what it points to is used, and only what is ours is removed', () =>
  withApp(
    'http',
    {
      ownModules: true,
      async before(project) {
        await project.write('elsewhere/zdr/mine.txt', 'precious');
        await project.link('node_modules/.cache', project.path('elsewhere'));
        await project.write('outside/precious.txt', 'precious');
        symlinkSync(project.path('outside'), join(cacheOf(project), DEAD));
      },
    },
    async ({ project, zdr }) => {
      await zdr.rollover(() => project.version(2));
      assert.equal((await get(zdr.where)).version, 2);
      await zdr.stop();
      assert.equal(await project.read('outside/precious.txt'), 'precious');
      assert.deepEqual(readdirSync(cacheOf(project)).toSorted(), [DEAD, 'mine.txt']);
      await project.remove('elsewhere');
    },
  ));

test(
  'what a run of somebody else left behind is not touched',
  { skip: process.getuid?.() !== 0 && 'only root can make such a folder' },
  () =>
    withApp(
      'http',
      {
        ownModules: true,
        async before(project) {
          mkdirSync(join(cacheOf(project), DEAD), { recursive: true, mode: 0o700 });
          writeFileSync(join(cacheOf(project), DEAD, 'theirs'), '');
          chownSync(join(cacheOf(project), DEAD), 65_534, 65_534);
        },
      },
      async ({ project, zdr }) => {
        assert.equal((await get(zdr.where)).version, 1);
        assert.ok(existsSync(join(cacheOf(project), DEAD, 'theirs')));
        await project.remove(`node_modules/.cache/zdr/${DEAD}`);
      },
    ),
);

test('the folder of a run that is replaced by a link while zdr runs: the link goes, what it points to stays', () =>
  withApp(
    'http',
    { ownModules: true, before: (project) => project.write('outside/precious.txt', 'precious') },
    async ({ project, zdr }) => {
      const [name] = readdirSync(cacheOf(project));
      const { rename } = await import('node:fs/promises');
      await rename(join(cacheOf(project), name!), project.path('moved'));
      symlinkSync(project.path('outside'), join(cacheOf(project), name!));
      zdr.signal('SIGKILL');
      await zdr.exit;
      await zdr.until('the link goes', () => !existsSync(join(cacheOf(project), name!))).catch(() => {});
      assert.equal(await project.read('outside/precious.txt'), 'precious');
    },
  ));

const map = (source: string): string =>
  Buffer.from(
    JSON.stringify({ version: 3, sources: [source], names: [], mappings: 'AAAA;AAAA;AAAA;AAAA;AAAA' }),
  ).toString('base64');

test('source maps that point outside: the app runs, and nothing of what they point to is shown', () =>
  withApp(
    'http',
    {
      async before(project) {
        await project.write('../secret.txt', 'top secret\nmore\n');
        await project.write(
          'src/mapped.js',
          `export function fail() {\n  throw new Error('from a mapped file');\n}\n//# sourceMappingURL=data:application/json;base64,${map('../../secret.txt')}\n`,
        );
        await project.write('src/lost.js', 'export const a = 1;\n//# sourceMappingURL=../../../../../../etc/passwd\n');
        await project.edit('src/app.ts', (text) => `import './mapped.js';\nimport './lost.js';\n${text}`);
      },
    },
    async ({ project, zdr }) => {
      assert.equal((await get(zdr.where)).version, 1);
      await project.edit('src/app.ts', (text) => `import { fail } from './mapped.js';\nfail();\n${text}`);
      const { reason } = await zdr.event('boot-failed');
      assert.match(JSON.stringify(reason), /from a mapped file/);
      assert.doesNotMatch(
        zdr.lines.join('\n') + JSON.stringify([reason, ...zdr.all('build-warning')]),
        /top secret|root:/,
      );
    },
  ));

for (const entry of ['src/../src/app.ts', './src/./app.ts', '../app/src/app.ts'])
  test(`an entry with dots, ${entry}, is the file that it names`, () =>
    withApp('http', { entry }, async ({ project, zdr }) => {
      await zdr.rollover(() => project.version(2));
      assert.equal((await get(zdr.where)).version, 2);
    }));

test('an entry outside of the folder runs, and its edits roll over', () =>
  withApp(
    'http',
    {
      entry: '../elsewhere/main.ts',
      async before(project) {
        const app = await project.read('src/app.ts');
        await project.write('../elsewhere/main.ts', app.replaceAll("'./", "'../app/src/"));
        await project.write('../elsewhere/package.json', '{ "type": "module" }');
      },
    },
    async ({ project, zdr }) => {
      assert.equal(dirname(project.dir), dirname(project.path('../elsewhere')));
      await zdr.rollover(() => project.version(2));
      assert.equal((await get(zdr.where)).version, 2);
    },
  ));

for (const [name, hook] of Object.entries({
  'throws in its setup': "throw new Error('bad plugin');",
  'throws while it loads': "build.onLoad({ filter: /version/ }, () => { throw new Error('bad plugin'); });",
  'gives nonsense': "build.onLoad({ filter: /version/ }, () => ({ contents: 7, bad: 'plugin' }));",
}))
  test(`a plugin that ${name} is an error of the build, and what serves stays`, () =>
    withApp('http', async ({ project, zdr }) => {
      const plugin = `{ name: 'bad', setup(build) { ${hook} } }`;
      await project.write('zdr.config.mjs', `export default { esbuild: { plugins: [${plugin}] } };\n`);
      const { errors } = await zdr.event('build-failed');
      assert.equal(errors.length, 1);
      assert.equal((await get(zdr.where)).version, 1);
      await project.write('zdr.config.mjs', 'export default {};\n');
      await zdr.rollover(() => project.version(2));
    }));
