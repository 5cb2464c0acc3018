import assert from 'node:assert/strict';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type App, withApp } from '../support/app.js';
import { type Program, endsAsUnderNode } from '../support/as-node.js';
import { command } from '../support/command.js';
import { get } from '../support/get.js';
import type { Project } from '../support/project.js';

// Edits are built module by module. What that does to a program, and when it is done.

const graphs: Readonly<Record<string, Program>> = {
  'cycles: functions are there before their module runs': {
    files: {
      'app.js': "import { a } from './a.js';\nconsole.log(a());\n",
      'a.js':
        "import { b, list } from './b.js';\nexport function a() { return ['a', b(), list.length]; }\nlist.push(a.name);\nconsole.log('a');\n",
      'b.js':
        "import { a } from './a.js';\nimport * as self from './b.js';\nexport const list = [];\nexport function b() { return [typeof a, typeof self.b]; }\nconsole.log('b', typeof a, b());\n",
    },
  },
  'live bindings, renamed and passed on': {
    files: {
      'app.js':
        "import * as all from './all.js';\nimport count, { up as more, 'a name' as named } from './all.js';\nmore();\nconsole.log(count, all.default, all.total, named, Object.keys(all).sort().join());\n",
      'all.js':
        "export * from './one.js';\nexport * from './two.js';\nexport * as one from './one.js';\nexport { count as default, count as total, up } from './one.js';\n",
      'one.js':
        "export let count = 1;\nexport function up() { count += 1; }\nexport const both = 1;\nexport default 'not passed on';\nexport const here = 'one';\nconst x = 5;\nexport { x as 'a name' };\n",
      'two.js': "import { here } from './one.js';\nexport const both = 2;\nexport const there = here + ' two';\n",
    },
  },
  'export * in a cycle': {
    files: {
      'app.js': "import { x, y } from './a.js';\nconsole.log(x, y());\n",
      'a.js': "export * from './b.js';\nexport const x = 1;\n",
      'b.js': "export * from './a.js';\nimport { x } from './a.js';\nexport const y = () => x + 1;\n",
    },
  },
  'what fails goes on failing, and what needs it': {
    files: {
      'app.js':
        "const tell = (error) => console.log(error.message, error === globalThis.seen); globalThis.tries = 0;\nawait 0;\nawait import('./needs.js').catch((error) => { globalThis.seen = error; tell(error); });\nawait import('./needs.js').catch(tell);\nawait import('./fails.js').catch(tell);\nconsole.log(tries);\n",
      'needs.js': "import './fails.js';\nconsole.log('never');\n",
      'fails.js': "globalThis.tries += 1;\nthrow new Error('no');\n",
    },
  },
  'top-level await beside names that a function has for itself': {
    files: {
      'app.js':
        "import { createRequire } from 'node:module';\nimport { here } from './here.js';\nconst require = createRequire(import.meta.url);\nconst __export = () => 'mine', exports = 1, module = 2;\nawait 0;\nconst { later } = await import('./later.js');\nconsole.log(typeof require('node:path').join, __export(), exports, module, later, here, typeof this);\nexport { require, exports as 'a name' };\n",
      'here.js':
        'const __toESM = await 1, __name = 2;\nexport const here = () => [__toESM, __name];\nconsole.log(here.name, here());\n',
      'later.js': "export const later = 'later';\n",
    },
  },
  'top-level await begins in the turn of the imports': {
    files: {
      'app.js':
        "import { bus } from './bus.js';\nimport { once } from 'node:events';\nawait once(bus, 'ready');\nconsole.log('ready');\n",
      'bus.js':
        "import { EventEmitter } from 'node:events';\nexport const bus = new EventEmitter();\nqueueMicrotask(() => bus.emit('ready'));\n",
    },
  },
  'a script with top-level await and nothing else': { files: { 'app.js': "console.log(await 'waited');\n" } },
  'a function called exports, and one called __export': {
    files: {
      'app.js': "import * as all from './names.js';\nconsole.log(Object.keys(all), all.exports(), all.y);\n",
      'names.js':
        "await 0;\nexport function exports() { return 'own'; }\nconst __export = (a) => a * 2;\nexport const y = __export(4);\n",
    },
  },
  'a hashbang, and a directive': {
    files: {
      'app.js': "#!/usr/bin/env node\n'use client';\nimport { v } from './v.js';\nconsole.log(v);\n",
      'v.js': "'use server';\nexport const v = 'v';\n",
    },
  },
  'a hashbang in CommonJS': {
    entry: 'app.cjs',
    files: {
      'app.cjs': "#!/usr/bin/env node\nconst { v } = require('./v.cjs');\nconsole.log(v);\n",
      'v.cjs': "exports.v = 'v';\n",
    },
  },
  'modules of node as CommonJS has them': {
    files: {
      'app.js':
        "import './common.cjs';\nimport * as events from 'node:events';\nimport { setImmediate } from 'node:timers';\nconst late = await import('node:assert');\nconsole.log(typeof events.once, typeof late.default, typeof late.ok, typeof setImmediate);\n",
      'common.cjs':
        "const Emitter = require('events');\nconst assert = require('node:assert');\nassert(true);\nclass Own extends Emitter { n = 1; }\nconsole.log(new Own().n, typeof Emitter.once);\n",
    },
  },
  'import() in the middle, JSON, CommonJS beside ES modules': {
    files: {
      'app.js':
        "import { createRequire } from 'node:module';\nimport data from './data.json' with { type: 'json' };\nimport common, { named } from './common.cjs';\nimport fs, { readFileSync } from 'node:fs';\nconst require = createRequire(import.meta.url);\nconsole.log(data.a, common.named === named, named, fs.readFileSync === readFileSync);\nimport('./later.js').then(({ default: later, ...rest }) => console.log(later, rest, require('./common.cjs') === common));\nPromise.resolve().then(() => console.log('first'));\n",
      'data.json': '{"a":1}',
      'common.cjs':
        "console.log(typeof module.exports, this === exports, __filename.endsWith('common.cjs'));\nexports.named = 'named';\nexports.other = require('./other.cjs');\n",
      'other.cjs': "const common = require('./common.cjs');\nmodule.exports = common.named;\n",
      'later.js':
        "import { named } from './common.cjs';\nexport default `later ${named}`;\nexport let live = 1;\nlive += 1;\n",
    },
  },
};

for (const [name, program] of Object.entries(graphs)) {
  if (!name.startsWith('what fails')) test(`whole: ${name}`, () => endsAsUnderNode(program));
  test(`in pieces: ${name}`, () => endsAsUnderNode(program, 'pieces'));
}

/** More than it takes to be built module by module. */
const MANY = 200;

/** Makes the http fixture a large app: the version hangs at the end of a tree of modules. */
async function grow(project: Project): Promise<void> {
  for (let n = 1; n <= MANY; n++) {
    const children = [2 * n, 2 * n + 1].filter((child) => child <= MANY);
    const imports = children.map((child) => `import { sum as sum${child} } from './part${child}.ts';\n`).join('');
    const sum = ['1', ...children.map((child) => `sum${child}()`)].join(' + ');
    await project.write(`src/parts/part${n}.ts`, `${imports}export const sum = (): number => ${sum};\n`);
  }
  await project.edit(`src/parts/part${MANY}.ts`, (text) => `export const version = 1;\n${text}`);
  await project.write(
    'src/version.ts',
    `import { sum } from './parts/part1.ts';\nexport { version } from './parts/part${MANY}.ts';\nexport const total = sum();\n`,
  );
}

/** What the last build has built, as `zdr status` tells. */
async function lastBuild({ project }: App) {
  const { stdout } = await command(project, ['status', '--json']);
  const { builds, fallbacks } = JSON.parse(stdout) as {
    readonly builds: readonly { readonly modules: readonly [number, number] | null }[];
    readonly fallbacks: readonly { readonly name: string }[];
  };
  return { modules: builds.at(-1)?.modules ?? null, fallbacks: fallbacks.map(({ name }) => name) };
}

/** Saves until a save is built by itself: the pieces are made after the first answers. Gives the version that serves. */
async function inPieces(app: App, file = 'src/parts/part200.ts', from = 1): Promise<number> {
  let version = from;
  await app.zdr.until('a build of one module', async () => {
    version += 1;
    await app.zdr.rollover(() => app.project.version(version, 'in place', file));
    return (await lastBuild(app)).modules?.[0] === 1;
  });
  return version;
}

test('a save of one module builds that one alone, and the rest is what it was', () =>
  withApp('http', { before: grow }, async (app) => {
    const { project, zdr } = app;
    const version = await inPieces(app);
    assert.equal((await get(zdr.where)).version, version);
    for (const next of [version + 1, version + 2]) {
      await zdr.rollover(() => project.version(next, 'in place', 'src/parts/part200.ts'));
      assert.equal((await get(zdr.where)).version, next);
      assert.deepEqual((await lastBuild(app)).modules?.[0], 1);
    }
  }));

test('what a save by itself cannot be built of is built as a whole, and the next save by itself again', () =>
  withApp('http', { before: grow }, async (app) => {
    const { project, zdr } = app;
    const version = await inPieces(app);
    await project.write('src/parts/new.ts', `export const fresh = ${version + 1};\n`);
    await zdr.rollover(() =>
      project.write(
        'src/parts/part200.ts',
        "import { fresh as version } from './new.ts';\nexport const sum = () => 1;\nexport { version };\n",
      ),
    );
    assert.equal((await get(zdr.where)).version, version + 1);
    assert.equal((await lastBuild(app)).modules, null);
    await zdr.rollover(() => project.version(version + 2, 'in place', 'src/parts/new.ts'));
    assert.equal((await get(zdr.where)).version, version + 2);
    assert.equal((await lastBuild(app)).modules?.[0], 1);
  }));

test('an import more, of a module that is there, is built by itself; a name that is not there is an error', () =>
  withApp('http', { before: grow }, async (app) => {
    const { project, zdr } = app;
    const version = await inPieces(app);
    const file = 'src/parts/part200.ts';
    const body = (imports: string, number: string): string =>
      `import { ${imports} } from './part7.ts';\nexport const sum = () => 1;\nexport const version = ${number};\n`;
    await zdr.rollover(() => project.write(file, body('sum as more', `${version} + (more() > 0 ? 1 : 0)`)));
    assert.equal((await get(zdr.where)).version, version + 1);
    const since = zdr.now();
    await project.write(file, body('nothing', 'nothing'));
    const { errors } = await zdr.event('build-failed', {}, since);
    assert.match(errors[0]?.text ?? '', /No matching export in "src\/parts\/part7\.ts" for import "nothing"/);
    await zdr.rollover(() => project.write(file, body('sum as more', `${version} + (more() > 0 ? 2 : 0)`)));
    assert.equal((await get(zdr.where)).version, version + 2);
  }));

test('errors of a save in pieces: syntax, an export that is gone, a throw; the next good save goes live', () =>
  withApp('http', { before: grow }, async (app) => {
    const { project, zdr } = app;
    const version = await inPieces(app);
    const good = await project.read('src/parts/part200.ts');
    const fails = async (text: string) => {
      const since = zdr.now();
      await project.write('src/parts/part200.ts', text);
      return zdr.event('build-failed', {}, since);
    };
    const syntax = await fails(`${good}const a b;\n`);
    assert.match(syntax.errors[0]?.plain ?? '', /part200\.ts:\d+:8/);
    const gone = await fails(good.replace('export const sum', 'const sum'));
    assert.match(gone.errors[0]?.text ?? '', /No matching export in "src\/parts\/part200\.ts" for import "sum"/);
    const since = zdr.now();
    await project.write('src/parts/part200.ts', `${good}throw new Error('while booting');\n`);
    const { reason } = await zdr.event('boot-failed', {}, since);
    assert.ok(reason.tag === 'threw');
    assert.match(reason.error.text, /while booting\n\s+at .*part200\.ts:3:7/);
    assert.equal((await get(zdr.where)).version, version);
    await zdr.rollover(() => project.write('src/parts/part200.ts', good.replace(/version = \d+/, 'version = 99')));
    assert.equal((await get(zdr.where)).version, 99);
  }));

test('a save that comes to the same is no rollover', () =>
  withApp('http', { before: grow }, async (app) => {
    const { project, zdr } = app;
    await inPieces(app);
    const since = zdr.now();
    await project.edit('src/parts/part3.ts', (text) => `${text}// only a remark\n`);
    await zdr.event('unchanged', {}, since);
    assert.equal((await lastBuild(app)).modules?.[0], 1);
  }));

test('modules with top-level await are pieces, too', () =>
  withApp('http', { before: grow }, async (app) => {
    const { project, zdr } = app;
    await zdr.rollover(() => project.edit('src/parts/part3.ts', (text) => `await 0;\n${text}`));
    await zdr.rollover(() =>
      project.edit('src/app.ts', (text) => `${text}\nawait new Promise((done) => setTimeout(done, 5));\n`),
    );
    let version = await inPieces(app);
    await zdr.rollover(() => project.edit('src/parts/part3.ts', (text) => text.replace('await 0', 'await 1; await 2')));
    assert.equal((await lastBuild(app)).modules?.[0], 1);
    version += 1;
    await zdr.rollover(() => project.version(version, 'in place', 'src/parts/part200.ts'));
    assert.equal((await get(zdr.where)).version, version);
    assert.equal((await lastBuild(app)).modules?.[0], 1);
  }));

for (const [reason, file, edit] of [
  ['top-level await beside exports of others', 'src/version.ts', (text: string) => `await 0;\n${text}`],
  [
    'top-level await in what is imported at run time',
    'src/version.ts',
    (text: string) => `${text}export const late = () => import('./parts/part9.ts');\n`,
  ],
  [
    'top-level await in a cycle of imports',
    'src/parts/part9.ts',
    (text: string) => `import * as all from './part4.ts';\nexport const again = () => all;\n${text}`,
  ],
] as const)
  test(`each save builds all modules: ${reason}`, () =>
    withApp('http', { before: grow }, async (app) => {
      const { project, zdr } = app;
      // One after the other: a build is known before it is live.
      await zdr.rollover(() => project.edit('src/parts/part9.ts', (text) => `await 0;\n${text}`));
      const since = zdr.now();
      await project.edit(file, edit);
      // An import whose names nobody uses comes to the same.
      await zdr.until('its end', () => [...zdr.all('live', since), ...zdr.all('unchanged', since)][0]);
      await zdr.until('the reason', async () =>
        (await lastBuild(app)).fallbacks.some((name) => name === `each save builds all modules: ${reason}`),
      );
      await zdr.rollover(() => project.version(5, 'in place', 'src/parts/part200.ts'));
      assert.equal((await get(zdr.where)).version, 5);
      assert.equal((await lastBuild(app)).modules, null);
      // Without that it is in pieces again.
      await zdr.rollover(() => project.edit('src/parts/part9.ts', (text) => text.replace('await 0', '0')));
      if ((await project.read('src/version.ts')).includes('await 0'))
        await zdr.rollover(() => project.edit('src/version.ts', (text) => text.replace('await 0', '0')));
      await inPieces(app, 'src/parts/part200.ts', 5);
      assert.deepEqual((await lastBuild(app)).fallbacks, []);
    }));

test('edits of a small app are built by themselves once there was time for it, and say nothing where they are not', () =>
  withApp('fastify', {}, async (app) => {
    const { project, zdr } = app;
    let version = await inPieces(app, 'src/version.ts');
    assert.deepEqual((await lastBuild(app)).modules, [1, 2]);
    assert.equal((await get(zdr.where)).version, version);
    // Another program: it is built as a whole, at once.
    await project.write('src/more.ts', 'export const more = 1;\n');
    await zdr.rollover(() => project.edit('src/version.ts', (text) => `import './more.ts';\n${text}`));
    const { modules, fallbacks } = await lastBuild(app);
    assert.deepEqual([modules, fallbacks], [null, []]);
    version = await inPieces(app, 'src/version.ts', version);
    assert.equal((await get(zdr.where)).version, version);
  }));

test('a save back to what serves is no rollover, though the pieces were made of what did not boot', () =>
  withApp('http', {}, async (app) => {
    const { project, zdr } = app;
    const good = await project.read('src/version.ts');
    const { pid } = await get(zdr.where);
    let since = zdr.now();
    await project.write('src/version.ts', `throw new Error('no');\n${good}`);
    await zdr.event('boot-failed', {}, since);
    await zdr.until('pieces of it', async () => (await compiledIn(app)).length > 0);
    since = zdr.now();
    await project.write('src/version.ts', good);
    await zdr.event('unchanged', {}, since);
    assert.equal((await get(zdr.where)).pid, pid);
    // What serves then is what is built from here on.
    await zdr.rollover(() => project.version(7));
    assert.equal((await get(zdr.where)).version, 7);
    assert.equal((await lastBuild(app)).modules?.[0], 1);
  }));

test('what esbuild warns of is said again as long as it is there, whatever is edited', () =>
  withApp('http', { warns: true }, async (app) => {
    const { project, zdr } = app;
    const warnings = async (edit: () => Promise<void>) => {
      const since = zdr.now();
      await zdr.rollover(edit);
      return zdr.all('build-warning', since).flatMap((event) => event.warnings.map(({ plain }) => plain));
    };
    const version = await inPieces(app, 'src/version.ts');
    const wrong = 'console.assert((value: unknown) => value === NaN);\n';
    const [first = '', ...none] = await warnings(() => project.edit('src/routes.ts', (text) => text + wrong));
    assert.match(first, /routes\.ts:\d+:\d+[^]*NaN/);
    assert.deepEqual(none, []);
    assert.deepEqual(await warnings(() => project.version(version + 1)), [first]);
    assert.deepEqual(
      await warnings(() => project.edit('src/routes.ts', (text) => text.replace(wrong, 'console.assert(true);\n'))),
      [],
    );
    assert.equal((await lastBuild(app)).modules?.[0], 1);
  }));

test('what a module imports is found as fast in pieces as in one bundle', () =>
  withApp('http', {}, async (app) => {
    const { project, zdr } = app;
    await project.write(
      'src/add.ts',
      'export const mask = 3;\nexport function add(a: number, b: number) { return (a + b) | 0; }\n',
    );
    await project.edit(
      'src/app.ts',
      (text) =>
        `import { add, mask } from './add.ts';\n${text}
server.prependListener('request', (request) => { if (request.url === '/?turns') console.log('turns', turns()); });
function turns(): number {
  let sum = 0, count = 0;
  const end = performance.now() + 300;
  while (performance.now() < end) for (let i = 0; i < 100_000; i++, count++) sum = add(sum, i & mask);
  return count;
}
`,
    );
    const turns = async (): Promise<number> => {
      const before = zdr.stdout.length;
      for (let i = 0; i < 3; i++) await get(zdr.where, '/?turns');
      const told = [...zdr.stdout.slice(before).matchAll(/turns (\d+)/g)].map(([, count]) => Number(count));
      return Math.max(...told);
    };
    await zdr.rollover(() => project.version(2));
    const whole = await turns();
    await inPieces(app, 'src/version.ts', 2);
    const pieces = await turns();
    // As dictionaries they were 20 times slower.
    assert.ok(pieces > whole / 4, `${pieces} in pieces, ${whole} in one bundle`);
  }));

test('a worker that crashes is respawned with the pieces of its generation', () =>
  withApp('http', { before: grow }, async (app) => {
    const { zdr } = app;
    const version = await inPieces(app);
    const { pid } = await get(zdr.where);
    process.kill(pid, 'SIGKILL');
    await zdr.event('respawned');
    const again = await get(zdr.where);
    assert.equal(again.version, version);
    assert.notEqual(again.pid, pid);
  }));

/** What V8 has made of bases, and when. */
async function compiledIn({ project }: App): Promise<readonly { readonly file: string; readonly at: number }[]> {
  const names = await readdir(project.temp, { recursive: true });
  const files = names.filter((name) => name.endsWith('.compiled')).map((name) => join(project.temp, name));
  return Promise.all(files.map(async (file) => ({ file, at: (await stat(file)).mtimeMs })));
}

test('what V8 makes of the pieces is kept for the next standby, and one that is spoilt is not used', () =>
  withApp('http', { before: grow }, async (app) => {
    const { project, zdr } = app;
    let version = await inPieces(app);
    const next = async (): Promise<void> => {
      version += 1;
      await zdr.rollover(() => project.version(version, 'in place', 'src/parts/part200.ts'));
      assert.equal((await get(zdr.where)).version, version);
    };
    await zdr.until('it is kept', async () => (await compiledIn(app)).length === 1);
    const [first] = await compiledIn(app);
    for (let n = 0; n < 3; n += 1) await next();
    // Whoever had not found it would have written it anew.
    assert.deepEqual(await compiledIn(app), [first]);
    await writeFile(first!.file, 'nonsense');
    for (let n = 0; n < 3; n += 1) await next();
    assert.deepEqual((await lastBuild(app)).modules?.[0], 1);
    await zdr.stop();
    assert.deepEqual(await compiledIn(app), []);
  }));
