import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { withApp } from '../support/app.js';
import { Browser, chromium, PATIENCE } from '../support/chromium.js';
import { until } from '../support/deadline.js';
import { openDevTools } from '../support/devtools.js';
import type { Body } from '../support/get.js';
import type { Where } from '../support/where.js';

// Chrome's own debugger, the frontend that an installed Chromium serves, attached to zdr's port.

const program = chromium();
const options = { skip: program === null ? 'no Chromium is installed' : false };

/** It waits as long as somebody looks at what it stands at. */
async function ask(where: Where): Promise<Body> {
  if (!('port' in where)) throw new Error('the app listens on no port');
  const response = await fetch(`http://localhost:${where.port}/`, { headers: { connection: 'close' } });
  return (await response.json()) as Body;
}

const app = (version: number): string => `import { createServer } from 'node:http';
import { answer } from './answer.ts';
createServer((request, response) => {
  response.end(JSON.stringify(answer(${version})));
}).listen(0);
`;

const answer = `interface Answer { readonly version: number; readonly pid: number }

export function answer(version: number): Answer {
  const { pid } = process;
  return { version, pid };
}
`;

test(
  "Chrome's DevTools: .ts sources, a breakpoint that is hit, and hit again in the new code after each save",
  options,
  (t) =>
    withApp(
      'http',
      {
        args: ['--inspect=0'],
        before: async (project) => {
          await project.write('src/app.ts', app(1));
          await project.write('src/answer.ts', answer);
        },
      },
      async ({ project, zdr }) => {
        const [boots, serves] = ['src/app.ts', 'src/answer.ts'].map((file) => pathToFileURL(project.path(file)).href);
        const { urls } = await zdr.event('inspecting');
        const browser = await Browser.open(program!);
        try {
          const devtools = await openDevTools(browser, urls[0]!);
          if (devtools === null) return t.skip("this Chromium's DevTools are made of other modules");
          const stands = async (place: string): Promise<void> => {
            let now: string | null = null;
            const there = async (): Promise<boolean> => (now = await devtools.paused()) === place;
            await until('it stands', there, PATIENCE).catch(() => assert.equal(now, place));
          };
          await until(
            'it shows the sources',
            async () => (await devtools.shows(boots!)) && devtools.shows(serves!),
            PATIENCE,
          );
          assert.equal(await devtools.text(serves!), answer);
          await devtools.setBreakpoint(serves!, 5);
          let seen = 0;
          const bound = async (): Promise<void> => {
            seen = await until(
              'it is bound',
              async () => {
                const { size } = new Set(await devtools.bound());
                return size > seen ? size : null;
              },
              PATIENCE,
            );
          };
          for (const version of [1, 2, 3]) {
            if (version > 1) await zdr.rollover(() => project.write('src/app.ts', app(version)));
            await bound();
            const request = ask(zdr.where);
            await stands(`${serves}:5`);
            assert.equal(await devtools.evaluate('version'), version);
            await devtools.resume();
            const { version: answered, pid } = await request;
            assert.deepEqual([answered, pid === process.pid], [version, false]);
          }
          // What runs while the new code boots.
          await devtools.setBreakpoint(boots!, 3);
          await bound();
          const since = zdr.now();
          await project.write('src/app.ts', app(4));
          await stands(`${boots}:3`);
          assert.deepEqual(zdr.all('live', since), []);
          await devtools.resume();
          await zdr.event('live', {}, since);
        } finally {
          await browser.close();
        }
      },
    ),
);
