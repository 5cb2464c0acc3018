import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { withApp } from '../support/app.js';
import { command } from '../support/command.js';
import { until } from '../support/deadline.js';
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
        const { generations, standbys } = await zdr.until('a worker and a standby', async () => {
          const status = await statusOf(project);
          return status.standbys.length === 1 ? status : null;
        });
        const known = [...generations.flatMap(({ workers }) => workers), ...standbys].map(({ pid }) => pid);
        const there = zdr.processes().filter(({ command: words }) => words.includes('/dist/worker/main'));
        assert.deepEqual(there.map((one) => one.pid).sort(), known.sort());
      },
    ));

/** Each process of a worker writes its number, the first one first. */
const tell = `if (process.argv[1]?.includes('/dist/worker/main')) require('node:fs').appendFileSync(require('node:path').join(__dirname, 'workers'), process.pid + '\\n');\n`;

/** Gives a worker that was forked ahead the time to do so. */
const patient = `import { existsSync } from 'node:fs';
for (const end = Date.now() + 10_000; !existsSync('workers'); await new Promise((resolve) => setTimeout(resolve, 10)))
  if (Date.now() > end) throw new Error('nothing was forked ahead');
export default {};
`;

test('the worker that was forked ahead is the one that serves', () =>
  withApp(
    'http',
    {
      before: async (project) => {
        await project.write('tell.cjs', tell);
        await project.write('zdr.config.mjs', patient);
        return { env: { NODE_OPTIONS: `--require ${project.path('tell.cjs')}` } };
      },
    },
    async ({ project, zdr }) => {
      const { pid } = await get(zdr.where);
      const [first] = (await readFile(project.path('workers'), 'utf8')).split('\n');
      assert.equal(first, String(pid));
    },
  ));

const skip = existsSync('/proc/self/schedstat') ? false : 'looks into /proc';

test('a process that was up, and is gone before zdr hears of either: zdr goes on', { skip }, () =>
  withApp('http', async ({ project, zdr }) => {
    const standby = async () => (await statusOf(project)).standbys[0];
    await zdr.until('a standby', standby);
    const workers = () => zdr.processes().filter(({ command: words }) => words.includes('/dist/worker/main'));
    const known = new Set(workers().map(({ pid }) => pid));
    await zdr.rollover(() => project.version(2));
    const { pid } = await zdr.until('the next standby', () => workers().find((one) => !known.has(one.pid)));
    zdr.signal('SIGSTOP');
    try {
      let spent = '';
      await until('it waits', async () => {
        const before = spent;
        spent = await readFile(`/proc/${pid}/schedstat`, 'utf8');
        await wait(300);
        return spent === before && spent === (await readFile(`/proc/${pid}/schedstat`, 'utf8'));
      });
      process.kill(pid, 'SIGKILL');
    } finally {
      zdr.signal('SIGCONT');
    }
    await zdr.rollover(() => project.version(3));
    assert.equal((await get(zdr.where)).version, 3);
  }),
);

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
