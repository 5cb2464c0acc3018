import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { readied } from '../support/ahead.js';
import { withApp } from '../support/app.js';
import { endsAsUnderNode } from '../support/as-node.js';
import { within } from '../support/deadline.js';
import { get } from '../support/get.js';
import { openProject, repository } from '../support/project.js';

// What the app sees of its own process, beside node; and the channel that a process has when somebody has forked it.

/** What zdr adds has its name. */
const portrait = `
  import cluster from 'node:cluster';
  import async_hooks from 'node:async_hooks';
  import { performance } from 'node:perf_hooks';
  const { process: here } = globalThis;
  const names = (object) => Reflect.ownKeys(object).map(String).filter((name) => !/zdr\\./.test(name)).sort();
  console.log(Object.keys(here).sort().join(), names(here).join(), names(globalThis).join());
  for (const name of ['send', 'connected', 'disconnect', 'channel']) console.log(name, here[name], name in here);
  console.log(['message', 'disconnect', 'SIGTERM', 'SIGINT', 'SIGHUP', 'beforeExit', 'uncaughtException', 'unhandledRejection', 'warning', 'rejectionHandled', 'worker', 'multipleResolves']
    .map((name) => name + here.listenerCount(name)).join());
  console.log(Object.keys(here.env).filter((name) => !/^(NODE_ENV|TMPDIR|ZDR_TEST.*|NODE_TEST_CONTEXT|_|SHLVL)$/.test(name)).sort().join());
  console.log(cluster.isPrimary, cluster.isWorker, cluster.worker, Object.keys(cluster).sort().join(), cluster.schedulingPolicy);
  console.log(here._getActiveHandles().length, here._getActiveRequests().length, here.getActiveResourcesInfo());
  console.log(here.argv.slice(1), here.execArgv, here.umask(), here.debugPort, here.exitCode, here.getMaxListeners(), here.noDeprecation, here.listenerCount('message'));
  console.log(typeof here.ppid, here.ppid > 0, here.uptime() > 0, here.uptime() * 1000 >= performance.now() - 1_000, Math.abs(Date.now() - performance.timeOrigin - performance.now()) < 1_000);
  console.log(performance.timeOrigin === Math.min(performance.timeOrigin, Date.now()), performance.nodeTiming.name, performance.getEntries().length, Object.keys(here.resourceUsage()).join());
  console.log(here.hrtime().length, typeof here.hrtime.bigint(), here.cpuUsage().user > 0, Error.stackTraceLimit, typeof here.report.getReport);
  here.title = 'another';
  console.log(here.title, async_hooks.executionAsyncResource() !== null);
  here.send = (said) => said;
  console.log(here.send('put there by the app'), Object.keys(here).includes('send'));
  here.on('message', () => console.log('a message'));
  setTimeout(() => console.log(here.send('later'), 'connected' in here), 50);`;

test('what process, its events, handles and cluster show, and names that the app itself gives', () =>
  endsAsUnderNode({ files: { 'app.js': portrait } }));

test('uptime and timeOrigin are those of the process: one that was booted ahead is older than its app', () =>
  withApp(
    'http',
    {
      before: (project) =>
        project.write(
          'src/app.ts',
          `import { createServer } from 'node:http';
           import { performance } from 'node:perf_hooks';
           import { version } from './version.ts';
           createServer((_request, response) => {
             const begun = Date.now() - process.uptime() * 1000;
             response.end(JSON.stringify({ version, pid: process.pid, origin: performance.timeOrigin, begun }));
           }).listen(0);`,
        ),
    },
    async ({ project, zdr }) => {
      await readied({ project, zdr });
      const saved = Date.now();
      await zdr.rollover(() => project.version(2));
      const { version, origin, begun } = await get(zdr.where);
      assert.equal(version, 2);
      assert.ok(Number(origin) < saved && Number(begun) < saved, `${origin} and ${begun} are before ${saved}`);
    },
  ));

test("zdr start: process.send('ready') makes a worker serve that listens on nothing; it hears of its end, and nothing else", () =>
  withApp(
    'http',
    {
      command: 'start',
      args: ['-w', '1'],
      ready: false,
      before: (project) =>
        project.write(
          'src/app.ts',
          `import { version } from './version.ts';
           process.on('message', (message) => console.log(version, message));
           process.on('SIGTERM', () => setImmediate(() => { console.log('bye', version); process.exit(0); }));
           setTimeout(() => process.send!('ready'), 50);`,
        ),
    },
    async ({ project, zdr }) => {
      await zdr.event('ready');
      const since = zdr.now();
      await project.version(2);
      zdr.signal('SIGUSR2');
      await zdr.event('live', { generation: 2 }, since);
      await zdr.stop();
      await zdr.read;
      assert.equal(zdr.stdout, '1 shutdown\nbye 1\n2 shutdown\nbye 2\n');
    },
  ));

test('zdr that was forked passes on between its parent and the app, over a save; the app sees nothing of ours', async () => {
  const project = await openProject('script');
  const app = (version: number): string => `
    process.on('message', (message) => process.send!({ version: ${version}, message }));
    process.send!({ version: ${version}, connected: process.connected, events: process.listenerCount('message') });
  `;
  await project.write('src/app.ts', app(1));
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const zdr = fork(join(repository, 'bin/zdr.js'), ['dev', 'src/app.ts', '--quiet'], {
    cwd: project.dir,
    env: { ...env, TMPDIR: project.temp },
  });
  const said: unknown[] = [];
  const next = async (): Promise<unknown> => {
    if (said.length === 0) await within('the app says something', once(zdr, 'message'));
    return said.shift();
  };
  zdr.on('message', (message) => said.push(message));
  try {
    zdr.send('early');
    assert.deepEqual(await next(), { version: 1, connected: true, events: 1 });
    assert.deepEqual(await next(), { version: 1, message: 'early' });
    zdr.send({ a: [1] });
    assert.deepEqual(await next(), { version: 1, message: { a: [1] } });
    await project.write('src/app.ts', app(2));
    // The old one ends before the new one begins.
    assert.deepEqual(await next(), { version: 2, connected: true, events: 1 });
    zdr.send('again');
    assert.deepEqual(await next(), { version: 2, message: 'again' });
  } finally {
    zdr.kill('SIGTERM');
    await within('the end', once(zdr, 'exit'));
    await project.close();
  }
});
