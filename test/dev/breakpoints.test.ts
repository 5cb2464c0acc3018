import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { app, type Debugged, withDebugger } from '../support/debugged.js';
import { until } from '../support/deadline.js';
import { type Debugger, generated, original } from '../support/debugger.js';
import { get } from '../support/get.js';
import type { Project } from '../support/project.js';

// Breakpoints that are set by the name of a .ts file, and those that a debugger has set in the bundle before.

/** `inner` and `lazy` answer on line 3. */
const module = (name: string): string => `interface Answer { readonly ${name}: number }
export function ${name}(version: number): Answer {
  return { ${name}: version };
}
`;

/** Answers on line 6. */
const nested = (version: number): string => `import { createServer } from 'node:http';
import { inner } from './lib/inner.ts';
createServer(async (request, response) => {
  const { lazy } = await import('./lib/lazy.ts');
  const answer = { version: ${version}, pid: process.pid };
  response.end(JSON.stringify({ ...answer, ...inner(${version}), ...lazy(${version}) }));
}).listen(0);
`;

const writeNested = async (project: Project): Promise<void> => {
  await project.write('src/app.ts', nested(1));
  await project.write('src/lib/inner.ts', module('inner'));
  await project.write('src/lib/lazy.ts', module('lazy'));
};

/** Waits until it stands, and lets it go on. */
async function stop(client: Debugger, since: number, value: string): Promise<[string, unknown, readonly string[]]> {
  const paused = await client.event('Debugger.paused', since);
  const { location } = paused.callFrames[0];
  const script = await client.event('Debugger.scriptParsed', 0, ({ scriptId }) => scriptId === location.scriptId);
  return [await original(script, location), await client.evaluate(paused, value), paused.hitBreakpoints];
}

test('by the URL of a .ts file or a pattern of it, in modules and lazy ones, in all generations, until it is removed', () =>
  withDebugger(
    ['--inspect=0'],
    async ({ project, zdr, attach }) => {
      const client = await attach();
      const set = async (name: object, line: number, at: number): Promise<string> => {
        const result = await client.do('Debugger.setBreakpointByUrl', { ...name, lineNumber: line - 1 });
        assert.equal(result.locations.length, at);
        return result.breakpointId;
      };
      const file = (name: string): string => pathToFileURL(project.path(name)).href;
      const ids = [
        await set({ urlRegex: '^(.*[\\/\\\\])?app\\.ts$' }, 6, 1),
        await set({ url: file('src/lib/inner.ts') }, 3, 1),
        await set({ urlRegex: '.*lib.lazy\\.ts' }, 3, 1),
      ];
      await set({ url: file('src/lib/nobody.ts') }, 3, 0);
      const places = ['src/app.ts:6', 'src/lib/inner.ts:3', 'src/lib/lazy.ts:3'].map((place) => project.path(place));
      for (const version of [1, 2, 3]) {
        if (version > 1) {
          const since = client.now();
          await zdr.rollover(() => project.write('src/app.ts', nested(version)));
          await client.event('Runtime.executionContextsCleared', since);
        }
        const answer = get(zdr.where);
        let since = version === 1 ? 0 : client.events.findLastIndex(({ method }) => method.endsWith('ContextsCleared'));
        for (const [at, place] of places.entries()) {
          const value = at === 0 ? 'answer.version' : 'version';
          assert.deepEqual(await stop(client, since, value), [place, version, [ids[at]]]);
          since = client.now();
          await client.do('Debugger.resume');
        }
        assert.equal((await answer).version, version);
      }
      for (const breakpointId of ids) await client.do('Debugger.removeBreakpoint', { breakpointId });
      for (const version of [3, 4]) {
        if (version > 3) await zdr.rollover(() => project.write('src/app.ts', nested(version)));
        assert.equal((await get(zdr.where)).version, version);
      }
    },
    { before: writeNested },
  ));

/** Its line 3 runs while it boots. */
const boots = (version: number): string => `import { createServer } from 'node:http';
let answer = { version: 0, pid: 0 };
answer = { version: ${version}, pid: process.pid };
createServer((_request, response) => response.end(JSON.stringify(answer))).listen(0);
`;

/** A breakpoint on the line that runs at boot, in the bundle that serves. */
async function breakAtBoot({ source }: Debugged, client: Debugger, since: number, more: object = {}): Promise<string> {
  const place = await generated(await client.bundle(since), source, 3);
  return (await client.do('Debugger.setBreakpointByUrl', { ...place, ...more })).breakpointId;
}

test('one that was set in the bundle is hit while the next one boots, without a stop before each script', () =>
  withDebugger(
    ['--inspect=0'],
    async (debugged) => {
      const { project, zdr, source, attach } = debugged;
      const client = await attach();
      const first = await breakAtBoot(debugged, client, 0);
      let since = client.now();
      const saved = zdr.now();
      await project.write('src/app.ts', boots(2));
      assert.deepEqual(await stop(client, since, 'answer.version'), [`${source}:3`, 0, [first]]);
      assert.deepEqual(zdr.all('live'), []);
      assert.equal((await get(zdr.where)).version, 1);
      // The debugger has read the map by now, and sets its own.
      const second = await breakAtBoot(debugged, client, since);
      await client.do('Debugger.resume');
      await zdr.event('live', { generation: 2 }, saved);
      // What it removed is not set anew by zdr.
      for (const breakpointId of [first, second]) await client.do('Debugger.removeBreakpoint', { breakpointId });
      await zdr.rollover(() => project.write('src/app.ts', boots(3)));
      // It asks once, however many breakpoints stand for the same place.
      since = client.events.findLastIndex(({ method }) => method === 'Runtime.executionContextsCleared');
      const condition = { condition: 'globalThis.asked = (globalThis.asked ?? 0) + 1, false' };
      await breakAtBoot(debugged, client, since, condition);
      const cleared = client.now();
      await zdr.rollover(() => project.write('src/app.ts', boots(4)));
      await client.event('Runtime.executionContextsCleared', cleared);
      await breakAtBoot(debugged, client, cleared, condition);
      const again = client.now();
      await zdr.rollover(() => project.write('src/app.ts', boots(5)));
      await client.event('Runtime.executionContextsCleared', again);
      const { result } = await client.do('Runtime.evaluate', { expression: 'globalThis.asked' });
      assert.equal(result.value, 1);
    },
    { before: (project) => project.write('src/app.ts', boots(1)) },
  ));

test('a debugger that stands still misses what the new code does while it boots, and has its breakpoints behind that', () =>
  withDebugger(['--inspect=0'], async ({ project, zdr, source, attach }) => {
    const client = await attach();
    const set = async (line: number): Promise<string> => {
      const place = { url: pathToFileURL(source).href, lineNumber: line - 1 };
      return (await client.do('Debugger.setBreakpointByUrl', place)).breakpointId;
    };
    await set(2);
    const serves = await set(4);
    const old = get(zdr.where);
    await client.event('Debugger.paused');
    const since = client.now();
    await zdr.rollover(() => project.write('src/app.ts', app('2')));
    assert.equal((await get(zdr.where)).version, 2);
    await client.do('Debugger.resume');
    assert.equal((await old).version, 1);
    await client.event('Runtime.executionContextsCleared', since);
    await client.event('Debugger.breakpointResolved', since, ({ breakpointId }) => breakpointId === serves);
    const answer = get(zdr.where);
    const [place, version] = await stop(client, since, 'answer.version');
    assert.deepEqual([place, version], [`${source}:4`, 2]);
    await client.do('Debugger.resume');
    assert.equal((await answer).version, 2);
  }));

/** Its computed import and its thread are built when they are asked for. */
const late = (version: number): string => `import { createServer } from 'node:http';
import { Worker } from 'node:worker_threads';
const thread = new Worker(new URL('./thread.ts', import.meta.url));
thread.unref();
createServer(async (request, response) => {
  const answer: Record<string, unknown> = { version: ${version}, pid: process.pid };
  const name = 'computed';
  Object.assign(answer, (await import(\`./late/\${name}.ts\`)).computed(${version}));
  answer['thread'] = await new Promise((done) => {
    thread.once('message', done);
    thread.postMessage(${version});
  });
  response.end(JSON.stringify(answer));
}).listen(0);
`;

/** Answers on line 4. */
const thread = `import { parentPort } from 'node:worker_threads';
interface Answer { readonly doubled: number }
parentPort!.on('message', (version: number) => {
  const answer: Answer = { doubled: version * 2 };
  parentPort!.postMessage(answer.doubled);
});
`;

test('in files that only the run shows, a computed import and a thread, by their source maps', () =>
  withDebugger(
    ['--inspect=0'],
    async ({ project, zdr, attach }) => {
      const client = await attach();
      const source = project.path('src/thread.ts');
      const computed = project.path('src/late/computed.ts');
      // So that its breakpoints are set before it runs, as editors do.
      await client.do('NodeWorker.enable', { waitForDebuggerOnStart: true });
      for (const version of [1, 2]) {
        let since = version === 1 ? 0 : client.now();
        if (version > 1) await project.write('src/app.ts', late(version));
        const { sessionId } = await client.event('NodeWorker.attachedToWorker', since);
        const inThread = threadOf(client, sessionId, since);
        await inThread.ask('Debugger.enable');
        await inThread.ask('Runtime.runIfWaitingForDebugger');
        // As under node: a thread that waited stands still where it begins.
        if (version > 1) {
          await inThread.event('Debugger.paused', ({ reason }) => reason === 'Break on start');
          await inThread.ask('Debugger.resume');
        }
        const script = await inThread.event('Debugger.scriptParsed', ({ url, sourceMapURL }) => {
          return sourceMapURL !== '' && !url.includes('/dist/');
        });
        await inThread.ask('Debugger.setBreakpointByUrl', await generated(script, source, 5));
        if (version > 1) await client.event('Runtime.executionContextsCleared', since);
        since = client.now();
        const answer = get(zdr.where);
        const paused = await inThread.event('Debugger.paused', isHit);
        assert.equal(await original(script, paused.callFrames[0].location), `${source}:5`);
        const { callFrameId } = paused.callFrames[0];
        const { result } = await inThread.ask('Debugger.evaluateOnCallFrame', {
          callFrameId,
          expression: 'answer.doubled',
        });
        assert.equal(result.value, version * 2);
        await inThread.ask('Debugger.resume');
        assert.deepEqual([(await answer)['computed'], (await answer)['thread']], [version, version * 2]);
        const module = await client.event('Debugger.scriptParsed', since, ({ url, sourceMapURL }) => {
          return sourceMapURL !== '' && /\/zdr-/.test(url);
        });
        const { breakpointId } = await client.do('Debugger.setBreakpointByUrl', await generated(module, computed, 3));
        const before = client.now();
        const again = get(zdr.where);
        assert.deepEqual(await stop(client, before, 'version'), [`${computed}:3`, version, [breakpointId]]);
        await client.do('Debugger.resume');
        await inThread.event('Debugger.paused', isHit, 1);
        await inThread.ask('Debugger.resume');
        assert.equal((await again).version, version);
        // The next generation has the same script, and would stand there at its first request.
        await client.do('Debugger.removeBreakpoint', { breakpointId });
      }
    },
    {
      before: async (project) => {
        await project.write('src/app.ts', late(1));
        await project.write('src/thread.ts', thread);
        await project.write('src/late/computed.ts', module('computed'));
      },
    },
  ));

const isHit = ({ hitBreakpoints }: { hitBreakpoints?: readonly string[] }): boolean => hitBreakpoints?.length === 1;

interface Thread {
  ask(method: string, params?: object): Promise<any>;
  /** The event after so many of its kind. */
  event(method: string, fits?: (params: any) => boolean, after?: number): Promise<any>;
}

/** The session of a thread, which goes through that of its process. Each process counts them anew. */
function threadOf(client: Debugger, sessionId: string, since: number): Thread {
  let count = 0;
  const messages = (): any[] =>
    client.events
      .slice(since)
      .filter(
        ({ method, params }) => method === 'NodeWorker.receivedMessageFromWorker' && params.sessionId === sessionId,
      )
      .map(({ params }) => JSON.parse(params.message));
  return {
    async ask(method, params = {}) {
      const id = (count += 1);
      const message = JSON.stringify({ id, method, params });
      await client.do('NodeWorker.sendMessageToWorker', { sessionId, message });
      const answer = await until(`${method} in the thread`, () => messages().find((one) => one.id === id));
      assert.equal(answer.error, undefined);
      return answer.result;
    },
    async event(method, fits = () => true, after = 0) {
      const found = await until(`${method} in the thread`, () =>
        messages()
          .filter((one) => one.method === method && fits(one.params))
          .at(after),
      );
      return found.params;
    },
  };
}
