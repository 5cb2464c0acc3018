import assert from 'node:assert/strict';
import { type App, withApp } from './app.js';
import { Debugger, generated, type Place } from './debugger.js';
import type { Project } from './project.js';

/** A line for breakpoints, which is line 4. */
export const app = (version: string): string => `import { createServer } from 'node:http';
createServer((request, response) => {
  const answer = { version: ${version}, pid: process.pid };
  response.end(JSON.stringify(answer));
}).listen(0);
`;

export interface Debugged extends App {
  readonly source: string;
  readonly url: string;
  attach(): Promise<Debugger>;
  /** Sets a breakpoint on a line of the app, where the script that was parsed since has it. */
  breakAt(client: Debugger, line: number, since?: number): Promise<Place>;
}

/** Runs the app above, debugged, as {@link withApp} does. */
export async function withDebugger(
  args: readonly string[],
  body: (app: Debugged) => Promise<void>,
  more: {
    readonly ready?: boolean;
    readonly command?: 'start';
    readonly ownModules?: boolean;
    readonly before?: (project: Project) => Promise<void>;
  } = {},
): Promise<void> {
  await withApp(
    'http',
    {
      args,
      ...more,
      async before(project) {
        await project.write('src/app.ts', app('1'));
        await more.before?.(project);
      },
    },
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
