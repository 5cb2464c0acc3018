import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { AHEAD, readied } from '../support/ahead.js';
import { withApp } from '../support/app.js';
import { app, withDebugger } from '../support/debugged.js';
import { get } from '../support/get.js';
import { NodeInspect } from '../support/node-inspect.js';

// What an app and its tools find out about the debugger, compared with `node --inspect`.

test('node inspect: a breakpoint in a .ts file, values, a step; after a save it is hit in the new code', () =>
  withDebugger(['--inspect=0'], async ({ project, zdr, url }) => {
    const inspect = await NodeInspect.attach(new URL(url).host);
    try {
      await inspect.type("sb('app.ts', 4)", /app\.ts/);
      for (const version of [1, 2, 3]) {
        const saved = inspect.now();
        // The new code has the breakpoint before it runs.
        if (version > 1) await zdr.rollover(() => project.write('src/app.ts', app(String(version))));
        const answer = get(zdr.where);
        await inspect.shows(/break in \S+\.[cm]?js/, saved);
        await inspect.type('exec answer.version', new RegExp(`(?<![^\\s>])${version}\\n`));
        // Newer ones say that it was a step.
        await inspect.type('next', /(?:break|step) in \S+/);
        await inspect.type('exec request.url', /'\/'/);
        await inspect.type('cont', /debug>/);
        assert.equal((await answer).version, version);
      }
    } finally {
      inspect.end();
    }
  }));

/** Tells what it knows of its debugger. */
const telling = (version: number): string => `import { createServer } from 'node:http';
import inspector, { url } from 'node:inspector';
import { Worker } from 'node:worker_threads';
const thread = new Worker("require('node:worker_threads').parentPort.on('message', () => {})", { eval: true });
const answer = { version: ${version}, pid: process.pid, url: inspector.url(), named: url(), port: process.debugPort,
  argv: process.execArgv, thread: thread.threadId };
createServer((request, response) => {
  if (request.url === '/wait') {
    try {
      inspector.waitForDebugger();
    } catch (error) {
      answer.named = error.code;
    }
  }
  if (request.url === '/open') {
    inspector.open(0);
    answer.named = url();
    inspector.close();
  }
  answer.url = inspector.url();
  response.end(JSON.stringify(answer));
}).listen(0);
`;

test('the app knows its debugger by inspector.url() and process.debugPort; /json/protocol is what node serves', () =>
  withDebugger(
    ['--inspect=0'],
    async ({ project, zdr, url }) => {
      for (const version of [1, 2]) {
        if (version > 1) await zdr.rollover(() => project.write('src/app.ts', telling(version)));
        const { url: own, named, port, argv, thread } = await get(zdr.where);
        assert.deepEqual([own, named, port, argv], [url, url, Number(new URL(url).port), []]);
        // The first one serves the debugger: under node it would be 1.
        assert.equal(thread, 2);
      }
      assert.equal((await get(zdr.where, '/wait'))['named'], 'ERR_INSPECTOR_NOT_ACTIVE');
      const opened = await get(zdr.where, '/open');
      assert.match(String(opened['named']), /^ws:\/\/127\.0\.0\.1:\d+\//);
      assert.notEqual(opened['named'], url);
      assert.equal(opened.url, url);
      const protocol = await fetch(`http://${new URL(url).host}/json/protocol`);
      assert.equal(protocol.headers.get('content-type'), 'application/json; charset=UTF-8');
      const ask =
        "fetch(require('inspector').url().replace(/^ws(.*\\/).*/, 'http$1json/protocol')).then((r) => r.text()).then((t) => process.stdout.write(t, () => process.exit()))";
      const node = execFileSync(process.execPath, ['--inspect=0', '-e', ask], { stdio: ['ignore', 'pipe', 'ignore'] });
      assert.deepEqual(await protocol.json(), JSON.parse(node.toString()));
    },
    { before: (project) => project.write('src/app.ts', telling(1)) },
  ));

test('--inspect-wait: nothing runs before a debugger says so, and it stops nowhere', () =>
  withDebugger(
    ['--inspect-wait=0'],
    async ({ project, zdr, attach }) => {
      const client = await attach();
      const { result } = await client.do('Runtime.evaluate', { expression: 'process.argv.length' });
      assert.equal(result.type, 'number');
      assert.deepEqual([...zdr.all('ready'), ...zdr.all('boot-failed')], []);
      await client.do('Runtime.runIfWaitingForDebugger');
      await zdr.event('ready');
      assert.equal((await get(zdr.where)).version, 1);
      await zdr.rollover(() => project.write('src/app.ts', app('2')));
      assert.equal((await get(zdr.where)).version, 2);
      assert.deepEqual(
        client.events.filter(({ method }) => method === 'Debugger.paused'),
        [],
      );
    },
    { ready: false },
  ));

test('without --inspect, SIGUSR1 and process._debugProcess open the inspector of the process that they are for, as under node', () =>
  withApp(
    'http',
    {
      before: (project) =>
        project.write(
          'src/app.ts',
          `import inspector from 'node:inspector';
           import { createServer } from 'node:http';
           process.debugPort = 0;
           createServer((_request, response) => {
             response.end(JSON.stringify({ version: 1, pid: process.pid, url: inspector.url() ?? null }));
           }).listen(0);`,
        ),
    },
    async ({ zdr }) => {
      const { pid, url: before } = await get(zdr.where);
      assert.equal(before, null);
      const sent = spawn(process.execPath, ['-e', `process._debugProcess(${String(pid)})`], { stdio: 'inherit' });
      const ended = once(sent, 'exit');
      const url = await zdr.until('the inspector of the app', async () => (await get(zdr.where)).url);
      assert.deepEqual(await ended, [0, null]);
      const { host } = new URL(String(url));
      const [listed] = (await (await fetch(`http://${host}/json/list`)).json()) as { webSocketDebuggerUrl: string }[];
      assert.equal(listed?.webSocketDebuggerUrl, url);
      assert.equal((await get(zdr.where)).pid, pid);
    },
  ));

test('recordings end with their generation: CPU profile, heap samples, coverage; the next one records anew', () =>
  withDebugger(['--inspect=0'], async ({ project, zdr, attach }) => {
    const client = await attach();
    const record = async (): Promise<void> => {
      for (const start of ['Profiler.start', 'HeapProfiler.startSampling', 'Profiler.startPreciseCoverage'])
        await client.do(start, start.endsWith('Coverage') ? { callCount: true } : {});
    };
    const stops = ['Profiler.stop', 'HeapProfiler.stopSampling', 'Profiler.takePreciseCoverage'];
    for (const domain of ['Profiler', 'HeapProfiler']) await client.do(`${domain}.enable`);
    await record();
    const since = client.now();
    await zdr.rollover(() => project.write('src/app.ts', app('2')));
    await client.event('Runtime.executionContextsCleared', since);
    for (const stop of stops) assert.equal((await client.ask(stop)).error?.code, -32_000, stop);
    await record();
    assert.equal((await get(zdr.where)).version, 2);
    const [{ profile }, heap, { result: functions }] = await Promise.all(stops.map((stop) => client.do(stop)));
    assert.ok(profile.nodes.length > 0 && heap.profile.head !== undefined && functions.length > 0);
  }));

/** Its line is in code that runs when the package is evaluated. */
const LINE = 'module.exports.sum += 1;';
const dep = `${AHEAD}\nmodule.exports = { ahead, sum: 1 };\n${LINE}\n`;

const usesDep = (version: number): string => `import { createServer } from 'node:http';
import { ahead, sum } from 'dep';
const answer = { version: ${version}, pid: process.pid, ahead, sum };
createServer((_request, response) => response.end(JSON.stringify(answer))).listen(0);
`;

for (const [name, flags] of [
  ['is not hit where that was evaluated ahead', []],
  ['is hit with --no-ahead', ['--no-ahead']],
] as const)
  test(`a breakpoint in the top-level code of a package ${name}`, () =>
    withDebugger(
      ['--inspect=0', ...flags],
      async (debugged) => {
        const { project, zdr, attach } = debugged;
        const client = await attach();
        const place = { urlRegex: '.*/dep/index\\.js', lineNumber: dep.split('\n').indexOf(LINE) };
        const { locations } = await client.do('Debugger.setBreakpointByUrl', place);
        assert.equal(locations.length, 1);
        let ahead: unknown = false;
        // What a start shows may have to be tried out anew.
        for (let version = 2; version <= 12 && ahead === false; version += 1) {
          await readied(debugged);
          const [saved, since] = [zdr.now(), client.now()];
          await project.write('src/app.ts', usesDep(version));
          const stands = await zdr.until('it goes live, or stands', () =>
            client.events.slice(since).some(({ method }) => method === 'Debugger.paused')
              ? 'stands'
              : zdr.all('live', saved).length > 0 && 'live',
          );
          if (stands === 'stands') {
            const [top] = (await client.event('Debugger.paused', since)).callFrames;
            assert.equal(top.location.lineNumber, place.lineNumber);
            await client.do('Debugger.resume');
          }
          await zdr.event('live', {}, saved);
          const answer = await get(zdr.where);
          ({ ahead } = answer);
          assert.deepEqual([answer.version, answer['sum'], stands], [version, 2, ahead ? 'live' : 'stands']);
          if (flags.length > 0) break;
        }
        assert.equal(ahead, flags.length === 0);
      },
      {
        ownModules: true,
        async before(project) {
          await project.write('node_modules/dep/package.json', '{"name":"dep","version":"1.0.0","main":"index.js"}');
          await project.write('node_modules/dep/index.js', dep);
          await project.write('src/app.ts', usesDep(1));
        },
      },
    ));
