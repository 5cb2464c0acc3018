import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { get } from '../support/get.js';

// Children of .ts files that the app waits for: as `spawn`, which test/dev/late.test.ts has.

const files = {
  'src/part.ts': 'export const part: string = "one";\n',
  'src/child.ts': `
    import { readFileSync } from 'node:fs';
    import { part } from './part.js';
    enum Code { Fine, Three = 3 }
    const said: unknown = { part, input: readFileSync(0, 'utf8'), argv: process.argv.slice(2), cwd: process.cwd(), env: process.env['OF_ITS_OWN'] };
    console.log(JSON.stringify(said));
    process.exitCode = process.argv.includes('fail') ? Code.Three : Code.Fine;`,
  'src/app.ts': `
    import { createServer } from 'node:http';
    import { execFileSync, spawnSync } from 'node:child_process';
    const file: string = new URL('./child.ts', import.meta.url).pathname;
    const env = { ...process.env, OF_ITS_OWN: 'yes' };
    createServer((_request, response) => {
      const { stdout, status } = spawnSync(process.execPath, ['--no-warnings', file, 'a', 'fail'], { input: 'in', env, cwd: '/', encoding: 'utf8' });
      const second = execFileSync('node', ['src/child.ts'], { input: '', encoding: 'utf8' });
      const none = [spawnSync(process.execPath, ['-p', '1'], { encoding: 'utf8' }).stdout, spawnSync('echo', ['x']).status, spawnSync('true').status];
      const failed = (() => { try { execFileSync(process.execPath, [file, 'fail'], { input: '', stdio: 'pipe' }); } catch (error) { return (error as { status: number }).status; } })();
      response.end(JSON.stringify({ first: JSON.parse(stdout), status, second: JSON.parse(second), none, failed, names: [spawnSync.name, execFileSync.name] }));
    }).listen(0);`,
};

test('spawnSync and execFileSync of a .ts file: input, arguments, exit code; an edit of what it imports rolls over', () =>
  withApp(
    'http',
    {
      before: async (project) => {
        for (const [file, text] of Object.entries(files)) await project.write(file, text);
      },
    },
    async ({ project, zdr }) => {
      const expected = (part: string) => ({
        first: { part, input: 'in', argv: ['a', 'fail'], cwd: '/', env: 'yes' },
        status: 3,
        second: { part, input: '', argv: [], cwd: project.dir },
        none: ['1\n', 0, 0],
        failed: 3,
        names: ['spawnSync', 'execFileSync'],
      });
      assert.deepEqual(await get(zdr.where), expected('one'));
      await zdr.rollover(() => project.edit('src/part.ts', (text) => text.replace('one', 'two')));
      assert.deepEqual(await get(zdr.where), expected('two'));
    },
  ));
