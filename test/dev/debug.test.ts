import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { app, withDebugger } from '../support/debugged.js';
import { Debugger, generated, original } from '../support/debugger.js';
import { get } from '../support/get.js';

// Debuggers attach to one address for all generations. What a breakpoint holds has no deadline.

test('a breakpoint in a .ts file binds and is hit; steps, values; after a save the same connection has the new code', () =>
  withDebugger(['--inspect=0'], async ({ project, zdr, source, attach, breakAt }) => {
    const client = await attach();
    for (const version of [1, 2, 3]) {
      const since = version === 1 ? 0 : client.now();
      if (version > 1) {
        await zdr.rollover(() => project.write('src/app.ts', app(String(version))));
        await client.event('Runtime.executionContextsCleared', since);
      }
      await breakAt(client, 4, since);
      const before = client.now();
      const answer = get(zdr.where);
      const paused = await client.event('Debugger.paused', before);
      const script = await client.bundle(since);
      assert.equal(paused.callFrames[0].location.scriptId, script.scriptId);
      assert.equal(await original(script, paused.callFrames[0].location), `${source}:4`);
      assert.equal(await client.evaluate(paused, 'answer.version'), version);
      const stepped = client.now();
      await client.do('Debugger.stepOver');
      const next = await client.event('Debugger.paused', stepped);
      assert.equal(await original(script, next.callFrames[0].location), `${source}:5`);
      await client.do('Debugger.resume');
      assert.equal((await answer).version, version);
      const { result } = await client.do('Runtime.evaluate', { expression: 'process.pid' });
      assert.equal(result.value, (await answer).pid);
    }
    assert.equal(client.closed, false);
  }));

/** What editors set, so that they can set breakpoints in a script before it runs. */
const beforeScripts = { instrumentation: 'beforeScriptWithSourceMapExecution' };

test('breakpoints in code that runs at boot are set before it runs, with no word to what serves', () =>
  withDebugger(['--inspect=0', '--boot', '5s'], async ({ project, zdr, source, attach }) => {
    const client = await attach();
    await client.do('Debugger.setInstrumentationBreakpoint', beforeScripts);
    const since = client.now();
    const before = zdr.now();
    await project.write('src/app.ts', app('2'));
    const stands = await client.event('Debugger.paused', since);
    assert.equal(stands.reason, 'instrumentation');
    const script = await client.bundle(since);
    const set = await client.do('Debugger.setBreakpointByUrl', await generated(script, source, 2));
    const after = client.now();
    await client.do('Debugger.resume');
    const paused = await client.event('Debugger.paused', after);
    assert.deepEqual(paused.hitBreakpoints, [set.breakpointId]);
    assert.equal(await original(script, paused.callFrames[0].location), `${source}:2`);
    // Longer than `--boot`: what stands at a breakpoint is not late.
    const { pid } = await get(zdr.where);
    const late = Date.now() + 6_000;
    await zdr.until('the old generation serves meanwhile', async () => {
      assert.deepEqual(await get(zdr.where), { version: 1, pid });
      return Date.now() > late;
    });
    await client.do('Debugger.resume');
    await zdr.event('live', { generation: 2 }, before);
    assert.equal((await get(zdr.where)).version, 2);
    assert.deepEqual(zdr.all('boot-failed'), []);
  }));

test('a request that stands at a breakpoint outlives its generation and its deadline; then the client goes on to the new one', () =>
  withDebugger(['--inspect=0', '--drain', '2s'], async ({ project, zdr, source, attach, breakAt }) => {
    const client = await attach();
    await breakAt(client, 4);
    const old = get(zdr.where);
    const paused = await client.event('Debugger.paused');
    for (const version of [2, 3]) {
      await zdr.rollover(() => project.write('src/app.ts', app(String(version))));
      assert.equal((await get(zdr.where)).version, version);
    }
    const late = Date.now() + 4_000;
    await zdr.until('the deadline passes', () => Date.now() > late);
    assert.equal(await client.evaluate(paused, 'answer.version'), 1);
    const stepped = client.now();
    await client.do('Debugger.stepOver');
    const next = await client.event('Debugger.paused', stepped);
    assert.equal(await original(await client.bundle(), next.callFrames[0].location), `${source}:5`);
    const resumed = client.now();
    await client.do('Debugger.resume');
    assert.equal((await old).version, 1);
    await client.event('Runtime.executionContextsCleared', resumed);
    const place = await generated(await client.bundle(resumed), source, 4);
    await client.do('Debugger.setBreakpointByUrl', place);
    const before = client.now();
    const answer = get(zdr.where);
    const again = await client.event('Debugger.paused', before);
    assert.equal(await client.evaluate(again, 'answer.version'), 3);
    await client.do('Debugger.resume');
    assert.equal((await answer).version, 3);
    await zdr.event('drained', { generation: 1 });
    assert.deepEqual(zdr.all('cut-short'), []);
  }));

test('two clients: each has its own breakpoints, both see the pause, both go on to the new code', () =>
  withDebugger(['--inspect=0'], async ({ project, zdr, attach, breakAt }) => {
    const [one, two] = [await attach(), await attach()];
    for (const version of [1, 2]) {
      const sinceOne = version === 1 ? 0 : one.now();
      const sinceTwo = version === 1 ? 0 : two.now();
      if (version > 1) await zdr.rollover(() => project.write('src/app.ts', app(String(version))));
      await two.bundle(sinceTwo);
      await breakAt(one, 4, sinceOne);
      const [beforeOne, beforeTwo] = [one.now(), two.now()];
      const answer = get(zdr.where);
      const [, seen] = [await one.event('Debugger.paused', beforeOne), await two.event('Debugger.paused', beforeTwo)];
      assert.equal(await two.evaluate(seen, 'answer.version'), version);
      await two.do('Debugger.resume');
      await one.event('Debugger.resumed', beforeOne);
      assert.equal((await answer).version, version);
    }
    // What one of them held goes on when it goes away.
    const before = one.now();
    two.close();
    await zdr.until('one is left', () => two.closed);
    const answer = get(zdr.where);
    await one.event('Debugger.paused', before);
    one.terminate();
    assert.equal((await answer).version, 2);
  }));

test('--inspect-brk: the first line waits for a debugger, later generations do not', () =>
  withDebugger(
    ['--inspect-brk=0', '--boot', '5s'],
    async ({ project, zdr, source, attach }) => {
      const late = Date.now() + 6_000;
      await zdr.until('nothing runs before a debugger comes', () => {
        assert.deepEqual([...zdr.all('ready'), ...zdr.all('boot-failed')], []);
        return Date.now() > late;
      });
      const client = await attach();
      await client.do('Runtime.runIfWaitingForDebugger');
      const paused = await client.event('Debugger.paused');
      assert.equal(paused.reason, 'Break on start');
      const script = await client.bundle();
      const [file] = (await original(script, paused.callFrames[0].location)).split(':');
      assert.equal(file, source);
      assert.deepEqual(zdr.all('ready'), []);
      await client.do('Debugger.resume');
      await zdr.event('ready');
      assert.equal((await get(zdr.where)).version, 1);
      await zdr.rollover(() => project.write('src/app.ts', app('2')));
      assert.equal((await get(zdr.where)).version, 2);
    },
    { ready: false },
  ));

test('a generation that fails leaves the client where it is; one that crashes hands it to the next process', () =>
  withDebugger(['--inspect=0'], async ({ project, zdr, attach, breakAt }) => {
    const client = await attach();
    await breakAt(client, 4);
    const since = client.now();
    await project.write('src/app.ts', 'throw new Error("at boot");\n');
    await zdr.event('boot-failed');
    const before = client.now();
    const answer = get(zdr.where);
    const paused = await client.event('Debugger.paused', before);
    assert.equal(await client.evaluate(paused, 'answer.version'), 1);
    await client.do('Debugger.resume');
    const { pid } = await answer;
    assert.deepEqual(
      client.events.slice(since).filter(({ method }) => method === 'Runtime.executionContextsCleared'),
      [],
    );
    const crashed = client.now();
    process.kill(Number(pid), 'SIGKILL');
    await zdr.event('respawned');
    // The same bundle: the breakpoint is set already.
    await client.bundle(crashed);
    const again = get(zdr.where);
    const second = await client.event('Debugger.paused', crashed);
    assert.equal(await client.evaluate(second, 'answer.version'), 1);
    await client.do('Debugger.resume');
    assert.notEqual((await again).pid, pid);
  }));

test('an endless loop can be looked at', () =>
  withDebugger(['--inspect=0'], async ({ project, zdr, source, attach }) => {
    await zdr.rollover(() =>
      project.write(
        'src/app.ts',
        `import { createServer } from 'node:http'; import { writeFileSync } from 'node:fs';
let rounds = 0;
createServer((request, response) => { writeFileSync('loops', '');
  for (let on = true; on; ) {
    rounds += 1;
    on = !('stop' in globalThis);
  }
  response.end(JSON.stringify({ version: 2, pid: process.pid, rounds }));
}).listen(0);
`,
      ),
    );
    const answer = get(zdr.where);
    const client = await attach();
    const script = await client.bundle();
    await zdr.until('it loops', () => existsSync(project.path('loops')));
    await client.do('Debugger.pause');
    const paused = await client.event('Debugger.paused');
    assert.match(await original(script, paused.callFrames[0].location), new RegExp(`^${source}:[456]$`));
    assert.ok(Number(await client.evaluate(paused, 'rounds')) > 0);
    await client.evaluate(paused, 'globalThis.stop = true');
    await client.do('Debugger.resume');
    assert.equal((await answer).version, 2);
  }));

test('one SIGINT ends zdr while a request stands at a breakpoint: it goes on, and is answered', () =>
  withDebugger(['--inspect=0'], async ({ zdr, attach, breakAt }) => {
    const client = await attach();
    await breakAt(client, 4);
    const answer = get(zdr.where);
    await client.event('Debugger.paused');
    zdr.signal('SIGINT');
    assert.equal((await answer).version, 1);
    assert.equal((await zdr.exit).code, 0);
  }));

test('-w 2: a target for each worker', () =>
  withDebugger(['--inspect=0', '-w', '2'], async ({ zdr, project }) => {
    const { urls } = await zdr.event('inspecting');
    const listed: any = await (await fetch(`${new URL(urls[0]!).origin.replace('ws', 'http')}/json/list`)).json();
    assert.deepEqual(
      listed.map(({ webSocketDebuggerUrl }: { webSocketDebuggerUrl: string }) => webSocketDebuggerUrl),
      urls,
    );
    const clients = await Promise.all(urls.map((url) => Debugger.attach(url)));
    const pids = async (): Promise<number[]> =>
      Promise.all(
        clients.map(async (client) => {
          const { result } = await client.do('Runtime.evaluate', { expression: 'process.pid' });
          return result.value as number;
        }),
      );
    const before = await pids();
    assert.equal(new Set(before).size, 2);
    await zdr.rollover(() => project.write('src/app.ts', app('2')));
    const after = await zdr.until('both are on the new generation', async () => {
      const now = await pids();
      return now.every((pid) => !before.includes(pid)) ? now : null;
    });
    assert.equal(new Set(after).size, 2);
    for (const client of clients) client.close();
  }));

test('zdr start: a reload takes the client along', () =>
  withDebugger(
    ['--inspect=0', '-w', '1'],
    async ({ project, zdr, attach, breakAt }) => {
      const client = await attach();
      await breakAt(client, 4);
      const since = client.now();
      await project.write('src/app.ts', app('2'));
      zdr.signal('SIGUSR2');
      await zdr.event('live');
      await client.event('Runtime.executionContextsCleared', since);
      await breakAt(client, 4, since);
      const answer = get(zdr.where);
      const paused = await client.event('Debugger.paused', since);
      assert.equal(await client.evaluate(paused, 'answer.version'), 2);
      await client.do('Debugger.resume');
      assert.equal((await answer).version, 2);
    },
    { command: 'start' },
  ));

test("the app's threads are seen, the one that serves the debugger is not", () =>
  withDebugger(['--inspect=0'], async ({ project, zdr, attach }) => {
    const client = await attach();
    await client.do('NodeWorker.enable', { waitForDebuggerOnStart: true });
    assert.equal(
      client.events.some(({ method }) => method.startsWith('NodeWorker')),
      false,
    );
    const since = client.now();
    const before = zdr.now();
    await project.write(
      'src/app.ts',
      `import { Worker } from 'node:worker_threads';
       import { once } from 'node:events';
       import { createServer } from 'node:http';
       const thread = new Worker("require('node:worker_threads').parentPort.once('message', () => {})", { eval: true });
       await once(thread, 'online');
       thread.unref();
       createServer((_request, response) => response.end(JSON.stringify({ version: 2, pid: process.pid }))).listen(0);`,
    );
    const { sessionId, waitingForDebugger } = await client.event('NodeWorker.attachedToWorker', since);
    assert.equal(waitingForDebugger, true);
    const message = JSON.stringify({ id: 1, method: 'Runtime.runIfWaitingForDebugger' });
    await client.do('NodeWorker.sendMessageToWorker', { sessionId, message });
    await zdr.event('live', {}, before);
    const left = client.now();
    await zdr.rollover(() => project.write('src/app.ts', app('3')));
    await client.event('NodeWorker.detachedFromWorker', left, (params) => params.sessionId === sessionId);
    assert.equal(client.events.filter(({ method }) => method === 'NodeWorker.attachedToWorker').length, 1);
  }));

test('a port that is taken: it says by whom and what to do, ends with 2, and nothing runs', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  try {
    await withApp('http', { args: [`--inspect=${port}`], ready: false, json: false }, async ({ zdr }) => {
      assert.equal((await zdr.exit).code, 2);
      const text = zdr.lines.join('\n');
      assert.match(text, new RegExp(`port ${port} of 127.0.0.1 is taken by \\S+ \\(pid ${process.pid}\\)`));
      assert.ok(zdr.lines.filter((line) => line !== '').length <= 3, text);
    });
  } finally {
    holder.close();
  }
});

test('who may come in is what node says: names that a page could have made up do not', () =>
  withDebugger(['--inspect=0'], async ({ url }) => {
    const { port, pathname } = new URL(url);
    const ask = async (path: string, host: string, headers: Record<string, string> = {}): Promise<[number, string]> => {
      const outgoing = request({ port, path, headers: { host, ...headers } }).end();
      const [response] = await Promise.race([once(outgoing, 'response'), once(outgoing, 'upgrade')]);
      if (response.statusCode === 101) return [101, ''];
      const body = await response.setEncoding('utf8').toArray();
      return [response.statusCode, body.join('')];
    };
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    };
    for (const host of ['127.0.0.1', `127.0.0.1:${port}`, 'localhost', `localhost:${port}`, '[::1]:9229', '10.1.2.3']) {
      assert.equal((await ask('/json/version', host))[0], 200, host);
      assert.equal((await ask(pathname, host, upgrade))[0], 101, host);
    }
    for (const host of ['example.com', `example.com:${port}`, 'localhost.example.com', '127.0.0.1.example.com']) {
      assert.equal((await ask('/json/list', host))[0], 400, host);
      assert.equal((await ask(pathname, host, upgrade))[0], 400, host);
    }
    assert.equal((await ask('/', 'localhost'))[0], 400);
    assert.equal((await ask('/other', 'localhost', upgrade))[0], 400);
    const [, version] = await ask('/json/version', 'localhost');
    assert.deepEqual(JSON.parse(version), { Browser: `node.js/${process.version}`, 'Protocol-Version': '1.1' });
  }));
