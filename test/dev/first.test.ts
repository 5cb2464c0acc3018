import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { command } from '../support/command.js';
import { get } from '../support/get.js';
import { openProject } from '../support/project.js';
import { statusOf } from '../support/status.js';

// The first worker is forked before the configuration is known.

const about =
  "import { createServer } from 'node:http';\ncreateServer((_request, response) => response.end(JSON.stringify({ version: process.env['SAID'] ?? 'nothing'}))).listen(0);\n";

for (const [name, config, said] of [
  ['none', '', 'nothing'],
  ['one that says the same', 'export default { drain: "1s" };\n', 'nothing'],
  ['one that changes the environment itself', 'process.env.SAID = "in code";\nexport default {};\n', 'in code'],
  ['one with an environment file', 'export default { envFile: [".said"] };\n', 'in a file'],
] as const)
  test(`a configuration, ${name}: the worker is what it would be, and there is none too many`, () =>
    withApp(
      'http',
      {
        before: async (project) => {
          await project.write('.said', 'SAID="in a file"\n');
          await project.write('src/app.ts', about);
          if (config !== '') await project.write('zdr.config.mjs', config);
        },
      },
      async ({ project, zdr }) => {
        const { version } = await get(zdr.where);
        assert.equal(version, said);
        const processes = (): number[] =>
          zdr
            .processes()
            .filter(({ command: words }) => words.endsWith('/dist/worker/main.js'))
            .map((one) => one.pid);
        await zdr.until('a worker and a standby', async () => {
          const { generations } = await statusOf(project);
          return generations.length === 1 && processes().length === 2;
        });
      },
    ));

test('what cannot run leaves no process', async () => {
  const project = await openProject('http');
  try {
    // Its output is over when the last process that could write has ended.
    const { code, stderr } = await command(project, ['dev', 'src/nowhere.ts']);
    assert.match(stderr, /src\/nowhere\.ts/);
    assert.notEqual(code, 0);
  } finally {
    await project.close();
  }
});
