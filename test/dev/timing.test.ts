import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { get } from '../support/get.js';

// `--timing` tells where the time from a save to live went.

test('the steps add up to the time from the save to live, and the first answer follows', () =>
  withApp('http', { args: ['--timing'] }, async ({ project, zdr }) => {
    const since = zdr.now();
    const live = await zdr.rollover(() => project.version(2));
    assert.ok(live.timing);
    const { watch, slowest: _slowest, ...steps } = live.timing;
    const sum = Object.values(steps).reduce((so, ms) => so + ms, 0);
    assert.ok(
      [watch, ...Object.values(steps)].every((ms) => ms >= 0),
      JSON.stringify(live.timing),
    );
    // `ms` of the event begins when the change is noticed.
    assert.equal(sum, live.ms, JSON.stringify(live));
    assert.equal((await get(zdr.where)).version, 2);
    const { generation } = await zdr.event('answered', {}, since);
    assert.equal(generation, live.generation);
  }));

test('the modules that take longest to evaluate are named', () =>
  withApp('http', { args: ['--timing'] }, async ({ project, zdr }) => {
    const spin = (ms: number): string => `for (const end = Date.now() + ${ms}; Date.now() < end; );\n`;
    await project.write('src/slow.ts', `import './slower.ts';\n${spin(200)}export {};\n`);
    await project.write('src/slower.ts', `${spin(400)}export {};\n`);
    const live = await zdr.rollover(() => project.edit('src/app.ts', (text) => `import './slow.ts';\n${text}`));
    const slowest = live.timing?.slowest ?? [];
    // On a busy machine another module may have had to wait in its middle, and be among them.
    const took = (file: string): number => slowest.find(([path]) => path === project.path(file))?.[1] ?? 0;
    assert.ok(took('src/slower.ts') >= 395 && took('src/slow.ts') >= 195, JSON.stringify(live.timing));
    const times = slowest.map(([, ms]) => ms);
    assert.deepEqual(
      times,
      times.toSorted((one, other) => other - one),
    );
  }));

test('a package is named by its file', () =>
  withApp('http', { args: ['--timing'], ownModules: true }, async ({ project, zdr }) => {
    await project.write('node_modules/heavy/package.json', '{ "name": "heavy", "version": "1.0.0" }');
    await project.write('node_modules/heavy/index.js', 'for (const end = Date.now() + 300; Date.now() < end; );\n');
    const live = await zdr.rollover(() => project.edit('src/app.ts', (text) => `import 'heavy';\n${text}`));
    const files = live.timing?.slowest.map(([file]) => file) ?? [];
    assert.ok(files.includes(project.path('node_modules/heavy/index.js')), JSON.stringify(live.timing));
  }));

test('nothing is measured unless it is asked for', () =>
  withApp('http', async ({ project, zdr }) => {
    const live = await zdr.rollover(() => project.version(2));
    assert.equal(live.timing, undefined);
    await get(zdr.where);
    assert.deepEqual(zdr.all('answered'), []);
    await zdr.rollover(() =>
      project.edit(
        'src/routes.ts',
        (text) =>
          `const seen = Reflect.has(globalThis, Symbol.for('zdr.clock'));\n${text.replace('{ version, pid', '{ version: seen ? -1 : version, pid')}`,
      ),
    );
    await zdr.rollover(() => project.version(3));
    assert.equal((await get(zdr.where)).version, 3);
  }));
