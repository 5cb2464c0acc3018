import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addCommon, AHEAD, readied } from '../support/ahead.js';
import { type App, withApp } from '../support/app.js';
import { type Body, get } from '../support/get.js';
import type { Project } from '../support/project.js';
import { statusOf } from '../support/status.js';

// Packages are evaluated ahead only where the app cannot tell.

/** Saves until the answer has what is wanted: what a start shows may have to be tried out anew. */
async function saveUntil(app: App, fits: (body: Body) => boolean, from = 100): Promise<Body> {
  const { project, zdr } = app;
  for (let version = from; ; version += 1) {
    await readied(app);
    await zdr.rollover(() => project.version(version));
    const body = await get(zdr.where);
    assert.equal(body.version, version);
    if (fits(body)) return body;
    assert.ok(version < from + 12, `never: ${JSON.stringify(body)}`);
  }
}

const server = (about: string): string => `
  import { createServer } from 'node:http';
  import { version } from './version.ts';
  const about = ${about};
  createServer((_request, response) => response.end(JSON.stringify({ version, ...about }))).listen(0);
`;

const portrait = `module.exports = {
  ahead,
  seen: {
    argv: process.argv.slice(1), cwd: process.cwd(), env: process.env.MODE ?? null, names: Object.keys(process.env).includes('MODE'),
    parent: module.parent?.filename, main: require.main === undefined,
    http: typeof require('node:http').added, flag: typeof flag,
  },
};`;

/** Local modules and packages in turn; what each package sees, and what lies in require.cache then. */
async function inTurns(project: Project): Promise<void> {
  await addCommon(project, 'leaf', portrait);
  await addCommon(
    project,
    'one',
    `const leaf = require('leaf');\n${portrait}\nmodule.exports.leaf = leaf; module.exports.later = () => require('lazy');`,
  );
  await addCommon(project, 'two', portrait);
  await addCommon(project, 'lazy', portrait);
  await project.write(
    'src/local.ts',
    `process.env.MODE = 'local';\nexport const cached = () => Object.keys(require.cache).map((file) => file.replace(/.*node_modules./, ''));\nexport const before = cached();\n`,
  );
  await project.write('src/between.ts', `import { cached } from './local.ts';\nexport const between = cached();\n`);
  await project.write(
    'src/app.ts',
    `import { before, cached } from './local.ts';\nimport one from 'one';\nimport { between } from './between.ts';\nimport two from 'two';\nconst lazy = one.later();\n${server(
      '{ ahead: one.ahead && one.leaf.ahead && two.ahead && lazy.ahead, before, one: one.seen, leaf: one.leaf.seen, between, two: two.seen, lazy: lazy.seen, end: cached() }',
    )}`,
  );
}

const observed = ({ version: _version, ahead: _ahead, ...rest }: Body): unknown =>
  JSON.parse(JSON.stringify(rest).replaceAll(/\d+.cjs/g, '.cjs'));

for (const type of ['module', 'commonjs'])
  test(`order, arguments, environment and require.cache are those of a cold start: ${type}`, () => {
    const before = async (project: Project): Promise<void> => {
      await project.write('package.json', JSON.stringify({ name: 'app', type }));
      await inTurns(project);
    };
    return withApp('http', { ownModules: true, args: ['--', 'a', 'b'], before }, async (app) => {
      const cold = await get(app.zdr.where);
      assert.equal(cold.ahead, false);
      const warm = await saveUntil(app, ({ ahead }) => ahead === true);
      assert.deepEqual(observed(warm), observed(cold));
      const again = await saveUntil(app, ({ ahead }) => ahead === true, 200);
      assert.deepEqual(observed(again), observed(cold));
    });
  });

test('an ES module is evaluated ahead as well', () =>
  withApp(
    'http',
    {
      ownModules: true,
      before: async (project) => {
        await project.write(
          'node_modules/modern/package.json',
          JSON.stringify({ name: 'modern', type: 'module', exports: './index.js' }),
        );
        await project.write('node_modules/modern/index.js', `${AHEAD}\nexport { ahead };`);
        await project.write('src/app.ts', `import { ahead } from 'modern';\n${server('{ ahead }')}`);
      },
    },
    async (app) => void (await saveUntil(app, ({ ahead }) => ahead === true)),
  ));

test('what packages leave behind is collected before a save, by a collector that the app does not see', () =>
  withApp(
    'http',
    {
      ownModules: true,
      async before(project) {
        // More than V8 collects by itself meanwhile.
        const waste = 'for (let n = 0; n < 8; n++) module.exports = Array.from({ length: 40_000 }, (_, i) => ({ i }));';
        await addCommon(project, 'waste', `${waste}\nmodule.exports = ahead;`);
        await project.write(
          'src/app.ts',
          `import { getHeapSpaceStatistics } from 'node:v8';
          import { runInNewContext } from 'node:vm';
          import ahead from 'waste';
          const [young] = getHeapSpaceStatistics().filter(({ space_name }) => space_name === 'new_space');
          ${server("{ ahead, gc: [typeof gc, runInNewContext('typeof gc')], young: young.space_used_size }")}`,
        );
      },
    },
    async (app) => {
      const { gc, young } = await saveUntil(app, ({ ahead }) => ahead === true);
      assert.deepEqual(gc, ['undefined', 'undefined']);
      assert.ok((young as number) < 1_000_000, `${young as number} bytes`);
    },
  ));

test('with --no-ahead nothing is', () =>
  withApp('http', { ownModules: true, args: ['--no-ahead'], before: inTurns }, async (app) => {
    const { project, zdr } = app;
    for (let version = 2; version < 6; version += 1) {
      await zdr.rollover(() => project.version(version));
      const { one, ahead } = await get(zdr.where);
      assert.ok(one);
      assert.equal(ahead, false);
      await readied(app);
    }
  }));

const readsMode = `module.exports = { ahead, mode: process.env.MODE };`;

test('a variable that the app sets before the package reads it is the new one at once', () =>
  withApp(
    'http',
    {
      ownModules: true,
      before: async (project) => {
        await addCommon(project, 'reads-mode', readsMode);
        await project.write('src/env.ts', `process.env.MODE = 'red';\n`);
        await project.write('src/app.ts', `import './env.ts';\nimport reads from 'reads-mode';\n${server('reads')}`);
      },
    },
    async (app) => {
      const { project, zdr } = app;
      let version = 100;
      await saveUntil(app, ({ ahead }) => ahead === true, version);
      for (const mode of ['green', 'red', 'blue']) {
        // The standby has evaluated it, with the variable as it was.
        await readied(app);
        await zdr.rollover(() => project.write('src/env.ts', `process.env.MODE = '${mode}';\nexport {};\n`));
        const cold = await get(zdr.where);
        assert.deepEqual([cold.mode, cold.ahead], [mode, false]);
        const { mode: warm } = await saveUntil(app, ({ ahead }) => ahead === true, (version += 100));
        assert.equal(warm, mode);
      }
      await zdr.rollover(() => project.write('src/env.ts', 'export {};\n'));
      assert.equal((await get(zdr.where)).mode, undefined);
    },
  ));

test('a variable of an --env-file is the new one at once', () =>
  withApp(
    'http',
    {
      ownModules: true,
      args: ['--env-file', '.env'],
      before: async (project) => {
        await addCommon(project, 'reads-mode', readsMode);
        await project.write('.env', 'MODE=red\n');
        await project.write('src/app.ts', `import reads from 'reads-mode';\n${server('reads')}`);
      },
    },
    async (app) => {
      await saveUntil(app, ({ ahead, mode }) => ahead === true && mode === 'red');
      await readied(app);
      await app.zdr.rollover(() => app.project.write('.env', 'MODE=green\n'));
      assert.equal((await get(app.zdr.where)).mode, 'green');
      await saveUntil(app, ({ ahead, mode }) => ahead === true && mode === 'green', 200);
    },
  ));

test('what an instrumentation patches is patched for the packages behind it', () =>
  withApp(
    'http',
    {
      ownModules: true,
      before: async (project) => {
        await addCommon(project, 'first', 'module.exports = { ahead };');
        await addCommon(
          project,
          'calls-http',
          `const { request } = require('node:http');\nmodule.exports = { ahead, patched: request.patched === true };`,
        );
        await project.write('src/instrument.ts', 'export {};\n');
        await project.write(
          'src/app.ts',
          `import first from 'first';\nimport './instrument.ts';\nimport calls from 'calls-http';\n${server('{ first: first.ahead, ...calls }')}`,
        );
      },
    },
    async (app) => {
      const { project, zdr } = app;
      await saveUntil(app, ({ ahead }) => ahead === true);
      const patch = `import http from 'node:http';\nconst { request } = http;\nhttp.request = Object.assign((...all) => request(...all), { patched: true });\n`;
      await zdr.rollover(() => project.write('src/instrument.ts', patch));
      const body = await get(zdr.where);
      assert.deepEqual([body.ahead, body.patched], [false, true]);
      const later = await saveUntil(app, ({ first }) => first === true, 200);
      assert.deepEqual([later.ahead, later.patched], [false, true]);
    },
  ));

/** Saves until edits are built by themselves: then a standby knows whether something ran before the first package. */
async function byModules(app: App): Promise<void> {
  const { project, zdr } = app;
  let version = 200;
  await readied(app);
  await zdr.until('edits are built by themselves', async () => {
    await zdr.rollover(() => project.version((version += 1)));
    await readied(app);
    return (await statusOf(project)).builds.at(-1)?.modules?.[0] === 1;
  });
}

test('what a module of the app changes ahead of the first package is changed for it', () =>
  withApp(
    'http',
    {
      ownModules: true,
      before: async (project) => {
        await addCommon(project, 'inner', 'module.exports = { ahead, seen: typeof [].last };');
        await project.write('src/zero.ts', 'export const zero = 0;\n');
        await project.write(
          'src/app.ts',
          `import { zero } from './zero.ts';\nimport inner from 'inner';\n${server('{ ...inner, zero }')}`,
        );
      },
    },
    async (app) => {
      const { project, zdr } = app;
      await saveUntil(app, ({ ahead }) => ahead === true);
      await byModules(app);
      await zdr.rollover(() =>
        project.write('src/zero.ts', 'Object.assign(Array.prototype, { last: () => {} });\nexport const zero = 1;\n'),
      );
      assert.equal((await statusOf(project)).builds.at(-1)?.modules?.[0], 1);
      const { ahead, seen, zero } = await get(zdr.where);
      assert.deepEqual([ahead, seen, zero], [false, 'function', 1]);
    },
  ));

test('what a package changes that is the first to be loaded is changed for those that it loads', () =>
  withApp(
    'http',
    {
      ownModules: true,
      before: async (project) => {
        await addCommon(project, 'inner', 'module.exports = { ahead, seen: typeof [].last };');
        await addCommon(project, 'changes', "Array.prototype.last = () => {};\nmodule.exports = require('inner');");
        await project.write('src/one.ts', "import inner from 'inner';\nexport const one = inner;\n");
        await project.write(
          'src/both.ts',
          "import { one } from './one.ts';\nimport { two } from './two.ts';\nexport const both = { ...one, same: one === two };\n",
        );
        await project.write('src/two.ts', "import changes from 'changes';\nexport const two = changes;\n");
        await project.write('src/app.ts', `import { both } from './both.ts';\n${server('both')}`);
      },
    },
    async (app) => {
      const { project, zdr } = app;
      const before = await saveUntil(app, ({ ahead }) => ahead === true);
      assert.deepEqual([before.seen, before.same], ['undefined', true]);
      await byModules(app);
      assert.equal((await get(zdr.where)).ahead, true);
      await zdr.rollover(() =>
        project.edit('src/both.ts', (text) => {
          const [one, two, ...rest] = text.split('\n');
          return [two, one, ...rest].join('\n');
        }),
      );
      assert.equal((await statusOf(project)).builds.at(-1)?.modules?.[0], 1);
      const after = await get(zdr.where);
      assert.deepEqual([after.ahead, after.seen, after.same], [false, 'function', true]);
    },
  ));

test('a module hook that the app installs sees the packages behind it', () =>
  withApp(
    'http',
    {
      ownModules: true,
      before: async (project) => {
        await addCommon(project, 'hooked', 'module.exports = { ahead };');
        await project.write('src/hook.ts', 'export const seen = [];\n');
        await project.write(
          'src/app.ts',
          `import { seen } from './hook.ts';\nimport hooked from 'hooked';\n${server('{ ...hooked, seen }')}`,
        );
      },
    },
    async (app) => {
      await saveUntil(app, ({ ahead }) => ahead === true);
      const hook = `import Module from 'node:module';\nconst load = Module._load;\nexport const seen = [];\nModule._load = function (file, ...more) {\n  if (/hooked/.test(file)) seen.push('hooked');\n  return load.call(this, file, ...more);\n};\n`;
      await app.zdr.rollover(() => app.project.write('src/hook.ts', hook));
      for (const version of [200, 201, 202]) {
        const { ahead, seen } = await get(app.zdr.where);
        assert.deepEqual([ahead, seen], [false, ['hooked']]);
        await readied(app);
        await app.zdr.rollover(() => app.project.version(version));
      }
    },
  ));

const deeds: Readonly<Record<string, string>> = {
  'a timer': 'setInterval(() => {}, 1000).unref();',
  'a listener': "process.on('SIGUSR1', () => {});",
  'a file': "require('node:fs').appendFileSync('evaluated', 'x');",
  'a global': 'globalThis.mark = 1;',
  'a prototype': 'Array.prototype.last = () => {}; delete Array.prototype.first;',
  'a word': "console.log('evaluated');",
  'a promise': 'let later = false; Promise.resolve().then(() => { later = true; });',
  'the clock': 'const at = Date.now();',
  'a process': "require('node:child_process').execSync('echo x >> evaluated');",
  'a variable': "process.env.EVALUATED = 'yes';",
  'the cache of modules': 'const known = Object.keys(require.cache);',
  'a file of the app': "require('node:fs').existsSync('config.json');",
};

for (const [name, source] of Object.entries(deeds))
  test(`a package that has to do with ${name} when it is evaluated is not evaluated ahead`, () =>
    withApp(
      'http',
      {
        ownModules: true,
        before: async (project) => {
          await project.write('evaluated', '');
          await addCommon(project, 'first', 'module.exports = { ahead };');
          await addCommon(project, 'deed', `${source}\nmodule.exports = { ahead };`);
          await addCommon(project, 'last', 'module.exports = { ahead };');
          await project.write(
            'src/app.ts',
            `import first from 'first';\nimport deed from 'deed';\nimport last from 'last';\n${server('{ others: [first.ahead, last.ahead], deed: deed.ahead }')}`,
          );
        },
      },
      async (app) => {
        const patches = ['a global', 'a prototype'].includes(name);
        const { deed } = await saveUntil(
          app,
          ({ others }) => (others as boolean[])[0] === true && (patches || (others as boolean[])[1] === true),
        );
        assert.equal(deed, false);
        const generations = 1 + app.zdr.all('live').length;
        if (name === 'a word') assert.equal(app.zdr.stdout, 'evaluated\n'.repeat(generations));
        if (name === 'a file') assert.equal(await app.project.read('evaluated'), 'x'.repeat(generations));
        if (name === 'a process') assert.equal(await app.project.read('evaluated'), 'x\n'.repeat(generations));
      },
    ));

test('a package that is edited in node_modules is evaluated anew', () =>
  withApp(
    'http',
    {
      ownModules: true,
      before: async (project) => {
        await addCommon(project, 'edited', 'module.exports = { ahead, edition: 1 };');
        await project.write('src/app.ts', `import edited from 'edited';\n${server('edited')}`);
      },
    },
    async (app) => {
      await saveUntil(app, ({ ahead }) => ahead === true);
      await readied(app);
      await app.project.edit('node_modules/edited/index.js', (text) => text.replace('edition: 1', 'edition: 2'));
      await app.zdr.rollover(() => app.project.version(200));
      assert.equal((await get(app.zdr.where)).edition, 2);
      await saveUntil(app, ({ ahead, edition }) => ahead === true && edition === 2, 201);
    },
  ));

test('a package that copies what the app has set in another one sees it set', () =>
  withApp(
    'http',
    {
      ownModules: true,
      before: async (project) => {
        await addCommon(
          project,
          'client',
          'const defaults = {};\nlet secret;\nmodule.exports = { ahead, defaults, create: () => ({ ...defaults }), tell: (it) => { secret = it; }, told: () => secret };',
        );
        await addCommon(
          project,
          'sdk',
          "const { defaults } = require('client');\nmodule.exports = { ahead, copied: { ...defaults } };",
        );
        await addCommon(
          project,
          'created',
          "module.exports = { ahead, copied: require('client').create(), told: require('client').told() };",
        );
        await project.write('src/set.ts', 'export {};\n');
        await project.write(
          'src/app.ts',
          `import './set.ts';\nimport sdk from 'sdk';\nimport created from 'created';\n${server('{ ahead: sdk.ahead, copied: [sdk.copied, created.copied, created.told ?? null] }')}`,
        );
      },
    },
    async (app) => {
      await saveUntil(app, ({ ahead }) => ahead === true);
      await app.zdr.rollover(() =>
        app.project.write(
          'src/set.ts',
          "import client from 'client';\nclient.defaults.url = 'here';\nclient.tell('secret');\n",
        ),
      );
      for (const version of [200, 201, 202, 203]) {
        assert.deepEqual((await get(app.zdr.where)).copied, [{ url: 'here' }, { url: 'here' }, 'secret']);
        await readied(app);
        await app.zdr.rollover(() => app.project.version(version));
      }
    },
  ));

for (const fixture of ['express', 'fastify', 'koa'])
  test(`require.cache after evaluation and after a first answer is that of a cold start: ${fixture}`, () => {
    const lists = `\nconst cached = () => Object.keys(require.cache).filter((file) => !/zdr.\\d+/.test(file)).join();\nconst evaluated = cached();\nimport { createServer } from 'node:http';\ncreateServer((_request, response) => response.end(JSON.stringify({ version, evaluated, later: cached() }))).listen(0);\n`;
    return withApp(
      fixture,
      { before: (project) => project.edit('src/app.ts', (text) => text + lists) },
      async (app) => {
        const { project, zdr } = app;
        await zdr.until('both addresses', () => zdr.addresses.length === 2);
        const answers = async () =>
          Promise.all(zdr.addresses.map(async (where) => (await get(where)).evaluated as string));
        const told = async () => (await answers()).find((list) => list !== undefined);
        const cold = await told();
        assert.ok(cold?.includes(fixture));
        for (const version of [2, 3, 4]) {
          await readied(app);
          await zdr.rollover(() => project.version(version));
          assert.equal(await told(), cold);
        }
      },
    );
  });
