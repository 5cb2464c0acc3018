import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { get } from '../support/get.js';
import { assertSeamless, startLoad } from '../support/load.js';
import { openProject, type Project, repository } from '../support/project.js';

/** Writes a config file, and makes the app tell what came of it. */
function configured(config: string, more: Readonly<Record<string, string>> = {}, file = 'zdr.config.ts') {
  return async (project: Project): Promise<void> => {
    await project.write(file, config);
    for (const [path, content] of Object.entries(more)) await project.write(path, content);
  };
}

const define = (value: number, rest = ''): string =>
  `import { defineConfig } from 'zdr';
   export default defineConfig({ esbuild: { define: { VERSION: '${value}' } }, ${rest} });\n`;
const defined = { 'src/version.ts': 'declare const VERSION: number;\nexport const version = VERSION;\n' };

test('a config file: plugins, loaders, define, arguments of the app', () =>
  withApp(
    'http',
    {
      before: configured(
        `import { defineConfig } from 'zdr';
         import { seven } from './config/seven.ts';
         const virtual = {
           name: 'virtual',
           setup(build) {
             build.onResolve({ filter: /^virtual:/ }, ({ path }) => ({ path, namespace: 'virtual' }));
             build.onLoad({ filter: /.*/, namespace: 'virtual' }, () => ({ contents: 'export default "from a plugin"' }));
             build.onLoad({ filter: /\\.up$/ }, async ({ path }) => ({
               contents: (await import('node:fs')).readFileSync(path, 'utf8').toUpperCase(), loader: 'text',
             }));
           },
         };
         export default defineConfig({
           args: [seven],
           esbuild: { plugins: [virtual], loader: { '.sql': 'text' }, define: { NAME: '"defined"' } },
         });`,
        {
          'config/seven.ts': "export const seven: string = '7';\n",
          'src/query.sql': 'select 1',
          'src/word.up': 'word',
          'src/version.ts': `import plugin from 'virtual:x';
            import sql from './query.sql';
            import word from './word.up';
            declare const NAME: string;
            export const version = [plugin, sql, word, NAME, process.argv[2], import.meta.filename.slice(-10)] as never;`,
        },
      ),
    },
    async ({ project, zdr }) => {
      const seen = async (): Promise<unknown> => (await get(zdr.where)).version;
      assert.deepEqual(await seen(), ['from a plugin', 'select 1', 'WORD', 'defined', '7', 'version.ts']);
      // What a plugin and a loader read is followed, as is what the config imports.
      await zdr.rollover(() => project.write('src/word.up', 'other'));
      await zdr.rollover(() => project.write('src/query.sql', 'select 2'));
      await zdr.rollover(() => project.write('config/seven.ts', "export const seven: string = '8';\n"));
      assert.deepEqual(await seen(), ['from a plugin', 'select 2', 'OTHER', 'defined', '8', 'version.ts']);
    },
  ));

test('a change of the config goes live under load without a lost request; a broken one changes nothing', () =>
  withApp('http', { before: configured(define(1), defined) }, async ({ project, zdr }) => {
    const load = startLoad(zdr.where, 'keep-alive', 8, 20);
    for (let version = 2; version <= 4; version++) {
      const live = await zdr.rollover(() => project.write('zdr.config.ts', define(version)));
      assert.deepEqual(
        live.causes.map((path) => path.slice(project.dir.length + 1)),
        ['zdr.config.ts'],
      );
      load.live(version, live.at);
      const upTo = load.answered();
      await zdr.until('answers', () => load.answered() >= upTo + 16);
    }
    for (const [broken, message] of [
      [define(9, 'drian: 1'), /unknown key drian in zdr\.config\.ts[^]*did you mean drain/],
      [define(9, "drain: 'soon'"), /drain in zdr\.config\.ts is 'soon', no time/],
      [`${define(9)} throw new Error('no luck');`, /zdr\.config\.ts threw[^]*no luck[^]*zdr\.config\.ts:3:/],
      [`${define(9)} const a foo`, /Expected ";" but found "foo"/],
    ] as const) {
      const since = zdr.now();
      await project.write('zdr.config.ts', broken);
      const failed = await zdr.event('build-failed', { live: 4 }, since);
      assert.match(failed.errors[0]!.text, message);
    }
    const since = zdr.now();
    await project.write('zdr.config.ts', define(4));
    await zdr.event('unchanged', { live: 4 }, since);
    const live = await zdr.rollover(() => project.write('zdr.config.ts', define(5)));
    load.live(5, live.at);
    const upTo = load.answered();
    await zdr.until('answers', () => load.answered() >= upTo + 16);
    assertSeamless(await load.stop());
  }));

test('workers, environment and hooks change while it runs; the command line wins', () =>
  withApp(
    'http',
    {
      args: ['--drain', '5s'],
      before: configured(define(1, "drain: '1h', workers: 1"), { ...defined, 'two.env': 'COLOUR=red\n' }),
    },
    async ({ project, zdr }) => {
      await zdr.rollover(() => project.write('zdr.config.ts', define(1, 'workers: 2')));
      const pids = new Set<number>();
      await zdr.until('two workers', async () => pids.add((await get(zdr.where)).pid).size === 2);
      await zdr.rollover(() =>
        project.write('zdr.config.ts', define(1, "envFile: 'two.env', onLive: (e) => console.error('hook', e.type)")),
      );
      await zdr.until('the hook', () => zdr.lines.includes('hook live'));
      await zdr.rollover(() =>
        project.write('src/version.ts', 'export const version = process.env.COLOUR as never;\n'),
      );
      assert.equal((await get(zdr.where)).version, 'red' as never);
    },
  ));

test('a config comes and goes; package.json says the same', () =>
  withApp(
    'http',
    { before: (project) => project.write('src/version.ts', defined['src/version.ts']), ready: false },
    async ({ project, zdr }) => {
      // Nothing defines the name yet.
      await zdr.event('boot-failed');
      await project.write('zdr.config.mjs', define(1).replace(/^.*\n/, 'const defineConfig = (config) => config;\n'));
      await zdr.event('ready');
      assert.equal((await get(zdr.where)).version, 1);
      const since = zdr.now();
      await project.remove('zdr.config.mjs');
      await zdr.event('boot-failed', {}, since);
      const live = await zdr.rollover(() =>
        project.edit('package.json', (text) =>
          JSON.stringify({ ...JSON.parse(text), zdr: { esbuild: { define: { VERSION: '3' } } } }),
        ),
      );
      assert.equal(live.generation > 1, true);
      assert.equal((await get(zdr.where)).version, 3);
    },
  ));

test('beforeReload is awaited, and one that hangs does not keep zdr from stopping', () =>
  withApp(
    'http',
    {
      before: configured(
        define(
          1,
          "beforeReload: ({ causes }) => new Promise((done) => { console.error('before', causes.length); if (!causes[0]?.endsWith('version.ts')) done(null); })",
        ),
        { 'src/version.ts': 'export const version = 1;\n' },
      ),
    },
    async ({ project, zdr }) => {
      await zdr.rollover(() => project.edit('src/address.ts', (text) => `${text}console.log(1);\n`));
      assert.ok(zdr.lines.includes('before 1'));
      await project.version(2);
      await zdr.until('the hook', () => zdr.lines.filter((line) => line === 'before 1').length === 2);
      assert.equal((await get(zdr.where)).version, 1);
    },
  ));

test('a plugin that hangs: it is told, and another config takes its place', () =>
  withApp(
    'http',
    {
      ready: false,
      before: configured(
        "export default { esbuild: { plugins: [{ name: 'sleepy', setup(b) { b.onLoad({ filter: /version/ }, () => new Promise(() => {})); } }] } };",
      ),
    },
    async ({ project, zdr }) => {
      const { hint } = await zdr.event('warning', { message: 'the build has not ended within 10 s' });
      assert.match(hint ?? '', /plugins: sleepy/);
      await project.write('zdr.config.ts', 'export default {};\n');
      await zdr.event('ready');
      assert.equal((await get(zdr.where)).version, 1);
    },
  ));

test('start: a reload reads the config again, and one that is broken ends it', () =>
  withApp(
    'http',
    { command: 'start', args: ['-w', '1'], before: configured(define(1), defined) },
    async ({ project, zdr }) => {
      await project.write('zdr.config.ts', define(2));
      const since = zdr.now();
      zdr.signal('SIGUSR2');
      await zdr.event('live', {}, since);
      assert.equal((await get(zdr.where)).version, 2);
      await project.write('zdr.config.ts', define(3, 'nope: 1'));
      const before = zdr.now();
      zdr.signal('SIGUSR2');
      const failed = await zdr.event('build-failed', {}, before);
      assert.match(failed.errors[0]!.text, /unknown key nope/);
      assert.equal((await get(zdr.where)).version, 2);
    },
  ));

const refused: Readonly<Record<string, readonly [Readonly<Record<string, string>>, RegExp]>> = {
  'an unknown key': [
    { 'zdr.config.ts': define(1, 'wrokers: 2') },
    /unknown key wrokers in zdr\.config\.ts\n.*workers\?/,
  ],
  'a key of esbuild on the outside': [
    { 'zdr.config.js': 'export default { define: {} }' },
    /unknown key define.*\n.*esbuild\.define\?/,
  ],
  'an unknown key of esbuild': [
    { 'zdr.config.js': 'export default { esbuild: { loaders: {} } }' },
    /esbuild\.loaders.*\n.*esbuild\.loader\?/,
  ],
  'a wrong type': [
    { 'zdr.config.mts': 'export default { workers: 0 }' },
    /workers in zdr\.config\.mts is 0, no number/,
  ],
  'package.json': [
    { 'package.json': '{"zdr":{"drain":"10"}}' },
    /drain in zdr of package\.json is '10', without a unit\n.*'10s'/,
  ],
  'a config that throws': [
    { 'zdr.config.ts': "\nthrow new TypeError('boom');\nexport default {};" },
    /zdr\.config\.ts threw\nTypeError: boom\n.*zdr\.config\.ts:2:7/,
  ],
  'a function that throws': [
    { 'zdr.config.ts': "export default ({ command }) => {\n  throw new Error('no ' + command);\n};" },
    /threw\nError: no dev\n.*zdr\.config\.ts:2:9/,
  ],
  'a config that cannot be built': [
    { 'zdr.config.ts': 'export default {' },
    /zdr\.config\.ts cannot be built\n.*\n*.*zdr\.config\.ts:1:/,
  ],
  'no export': [{ 'zdr.config.ts': 'const a = 1;\nexport { a };' }, /exports nothing/],
  'two of them': [{ 'zdr.config.ts': '', 'zdr.config.js': '' }, /zdr\.config\.ts and zdr\.config\.js: which one\?/],
  'an entry that is not there': [
    { 'zdr.config.ts': "export default { entry: 'src/ap.ts' }" },
    /src\/ap\.ts \(entry in zdr\.config\.ts\) does not exist\n.*src\/app\.ts\?/,
  ],
};

for (const [name, [files, message]] of Object.entries(refused))
  test(`${name}: told with its place, exit 2`, async (t) => {
    const project = await openProject('http');
    t.after(() => project.close());
    for (const [path, content] of Object.entries(files)) await project.write(path, content);
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(repository, 'bin/zdr.js'), 'dev'], {
      cwd: project.dir,
      env: { ...process.env, TMPDIR: project.temp },
      encoding: 'utf8',
      timeout: 20_000,
    });
    assert.equal(status, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, message);
    assert.match(stderr, /README\.md#config\n$|README\.md#options\n$/);
    assert.doesNotMatch(stderr, /\/dist\/|node:internal/);
    assert.deepEqual(readdirSync(project.temp), [], 'nothing is left behind');
  });
