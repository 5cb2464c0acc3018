import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import type { Project } from '../support/project.js';

// What a person sets in NODE_OPTIONS is for the app: it reads it, and node does it there.

const files: Readonly<Record<string, string>> = {
  'package.json': '{"type":"module"}',
  // Said by the app's process alone: zdr itself, npx and a standby are processes of node as well.
  'x.cjs': "globalThis.preloads = ['x'];\n",
  'y.mjs': "import { version } from './seen.mjs';\nglobalThis.preloads.push('y', version);\n",
  'seen.mjs': "export const version = 'seen before the app';\n",
  'node_modules/cond/package.json': '{"exports":{"a b":"./ab.js","foo":"./foo.js","default":"./other.js"}}',
  'node_modules/cond/foo.js': "module.exports = 'foo';\n",
  'node_modules/cond/ab.js': "module.exports = 'a b';\n",
  'node_modules/cond/other.js': "module.exports = 'other';\n",
  'app.js': `
    import { execFileSync } from 'node:child_process';
    import v8 from 'node:v8';
    import cond from 'cond';
    console.log(JSON.stringify(process.env.NODE_OPTIONS), process.execArgv, process.argv.length, preloads, cond);
    console.log(v8.getHeapStatistics().heap_size_limit >> 20, process.sourceMapsEnabled, (await import('cond')).default);
    const asked = 'JSON.stringify([process.env.NODE_OPTIONS, process.execArgv.length, preloads])';
    console.log(execFileSync(process.execPath, ['-p', asked], { encoding: 'utf8' }));
    process.emitWarning('nobody is told');
    process.on('warning', ({ message }) => console.log(message));`,
};

const base = '--max-old-space-size=300 --require ./x.cjs --import ./y.mjs --enable-source-maps --no-warnings';

for (const more of ['--conditions=foo', '-C "a b"'])
  test(`preloads once and before the app, heap limit, warnings, ${more}: as under node, in a standby too`, async () => {
    const env = { NODE_OPTIONS: `${base} ${more}` };
    const before = async (project: Project): Promise<void> => {
      for (const [file, text] of Object.entries(files)) await project.write(file, text);
    };
    await withApp('script', { ready: false, entry: 'app.js', env, before }, async ({ project, zdr }) => {
      const { NODE_TEST_CONTEXT: _, ...rest } = process.env;
      const { stdout } = spawnSync(process.execPath, ['app.js'], {
        cwd: project.dir,
        env: { ...rest, ...env },
        encoding: 'utf8',
      });
      assert.match(stdout, /nobody is told\n$/);
      await zdr.event('done', { generation: 1 });
      await zdr.until('what it says', () => zdr.stdout.length >= stdout.length);
      assert.equal(zdr.stdout, stdout);
      await project.edit('app.js', (text) => `${text}\nconsole.log('more');`);
      await zdr.event('done', { generation: 2 });
      await zdr.until('what it says', () => zdr.stdout.endsWith('more\nnobody is told\n'));
      assert.equal(zdr.stdout, `${stdout}${stdout.replace('nobody', 'more\nnobody')}`);
    });
  });
