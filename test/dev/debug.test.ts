import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type App, withApp } from '../support/app.js';
import { Debugger, generated, original, type Place } from '../support/debugger.js';
import { get } from '../support/get.js';

// Debuggers attach to one address for all generations. What a breakpoint holds has no deadline.

/** A line for breakpoints, which is line 4. */
const app = (version: string): string => `import { createServer } from 'node:http';
createServer((request, response) => {
  const answer = { version: ${version}, pid: process.pid };
  response.end(JSON.stringify(answer));
}).listen(0);
`;

interface Debugged extends App {
  readonly source: string;
  readonly url: string;
  attach(): Promise<Debugger>;
  /** Sets a breakpoint on a line of the app, where the script that was parsed since has it. */
  breakAt(client: Debugger, line: number, since?: number): Promise<Place>;
}

async function withDebugger(
  args: readonly string[],
  body: (app: Debugged) => Promise<void>,
  more: { readonly ready?: boolean } = {},
): Promise<void> {
  await withApp(
    'http',
    { args, before: (project) => project.write('src/app.ts', app('1')), ...more },
    async ({ project, zdr }) => {
      const source = project.path('src/app.ts');
      const { urls } = await zdr.event('inspecting');
      const url = urls[0]!;
      const clients: Debugger[] = [];
      const debugged: Debugged = {
        project,
        zdr,
        source,
        url,
        async attach() {
          const client = await Debugger.attach(url);
          clients.push(client);
          await client.do('Runtime.enable');
          await client.do('Debugger.enable');
          return client;
        },
        async breakAt(client, line, since = 0) {
          const place = await generated(await client.bundle(since), source, line);
          const { locations } = await client.do('Debugger.setBreakpointByUrl', place);
          assert.equal(locations.length, 1, 'the breakpoint binds');
          return place;
        },
      };
      await body(debugged);
      for (const client of clients) client.close();
    },
  );
}

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
