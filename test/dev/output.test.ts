import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { freePort } from '../support/ports.js';
import { get } from '../support/get.js';

// What a person sees; not a terminal here, so without colours.

test('one line for a good reload, a frame for an error, and the output of the app untouched', async () => {
  const port = await freePort();
  await withApp(
    'http',
    {
      json: false,
      ready: false,
      env: { PORT: String(port), HOST: '127.0.0.1', LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' },
      before: (project) => project.edit('src/app.ts', (text) => `${text}console.log('hello from the app');\n`),
    },
    async ({ project, zdr }) => {
      const shown = (what: string, pattern: RegExp): Promise<unknown> =>
        zdr.until(what, () => pattern.test(zdr.lines.join('\n')));
      await shown('the banner', /zdr v\d+\.\d+\.\d+ {2}ready in [\d.]+ m?s/);
      await shown('the address', new RegExp(`➜ {2}Local {3}http://(127\\.0\\.0\\.1|localhost):${port}/`));
      assert.equal((await get({ host: '127.0.0.1', port })).version, 1);
      await project.version(2);
      await shown('the reload', /^\d\d:\d\d:\d\d ↻ src\/version\.ts → #2 live in [\d.]+ m?s$/m);
      await project.write('src/version.ts', 'export const = 3;\n');
      await shown('the failure', /^\d\d:\d\d:\d\d ✘ build failed, #2 keeps serving$/m);
      await shown('the frame', /src\/version\.ts:1:13:\n +1 │ export const = 3;/);
      await project.write('src/version.ts', "throw new Error('boot');\nexport const version = 3;\n");
      await shown('the throw', /✘ #3 threw while booting, #2 keeps serving\nError: boot\n +at .*src\/version\.ts:1:7/);
      zdr.signalAll('SIGINT');
      assert.deepEqual(await zdr.exit, { code: 0, signal: null });
      assert.match(zdr.lines.join('\n'), /■ stopped$/m);
      assert.equal(zdr.stdout, 'hello from the app\nhello from the app\n');
      assert.ok(!zdr.lines.join('').includes('\u001b'), 'no colours in a pipe');
    },
  );
});

test('the time of the start is that since the command', () =>
  withApp(
    'http',
    {
      before: async (project) => {
        const slow =
          'const end = performance.now() + 700;\nwhile (process.argv[1]?.endsWith("zdr.js") && performance.now() < end);\n';
        await project.write('slow.cjs', slow);
        return { env: { NODE_OPTIONS: `--require ${project.path('slow.cjs')}` } };
      },
    },
    async ({ zdr }) => {
      const { ms } = await zdr.event('ready');
      assert.ok(ms >= 700, `${ms} ms`);
    },
  ));
