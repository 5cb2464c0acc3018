import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as swc from '@swc/core';

import { openBundles } from '../../dist/build/bundles.js';
import { openDecorators } from '../../dist/build/decorators.js';
import { type Builder, openBuilder } from '../../dist/build/builder.js';
import { lowerWithSwc } from '../../dist/build/lower.js';
import { type Folder, openFolder } from '../support/folder.js';
import { repository } from '../support/project.js';

// `emitDecoratorMetadata`, as TypeScript writes it.

const files = {
  'package.json': '{"type":"module"}',
  'base.json': '{"compilerOptions":{"experimentalDecorators":true,"emitDecoratorMetadata":true,"target":"ES2021"}}',
  'tsconfig.json': '{"extends":"./base.json"}',
  'src/reflect.ts': `
    export const found: string[] = [];
    Object.assign(Reflect, { metadata: (key: string, value: any) => (target: any, name?: string) => {
      const names = [value].flat().map((type) => type?.name).join();
      found.push((target.name ?? target.constructor.name) + ' ' + (name ?? '') + ' ' + key + ' ' + names);
    } });
    export const dec = (..._: unknown[]): any => {};`,
  'src/service.ts': 'export class Service {}\nexport interface Face { a: 1 }\nexport default class Main {}\n',
  'src/cycle.ts':
    "import { App } from './main.js';\nimport { dec } from './reflect.js';\n@dec\nexport class Cycle { constructor(_app: App) {} @dec late!: () => App; }\n",
  'src/main.ts': [
    "import { dec, found } from './reflect.js';",
    "import Main, { type Face, Service as Renamed } from './service.js';",
    "import { Face as Bare } from './service.js';",
    "import { Cycle } from './cycle.js';",
    "import type { Nothing } from './nowhere.js';",
    '@dec',
    'export class App {',
    '  @dec declared!: string;',
    '  constructor(private readonly a: Renamed, b: Face, c: Bare, d: Main, @dec e?: Cycle, f?: Nothing) {}',
    '  @dec run(@dec _wait: Promise<void>): Date { throw new Error(import.meta.filename); }',
    '}',
    'let place = "";',
    'try { new App({}, { a: 1 }, { a: 1 }, {}).run(Promise.resolve()); }',
    'catch (error) { place = /main\\.ts:\\d+:\\d+/.exec((error as Error).stack!)![0]; }',
    'console.log([...found, Object.keys(new App({}, { a: 1 }, { a: 1 }, {})).join(), App.name, place].join("\\n"));',
  ].join('\n'),
};

const EXPECTED = [
  'Cycle late design:type Function',
  // The other half of a cycle is not there yet.
  'Cycle  design:paramtypes Object',
  'App declared design:type String',
  'App run design:returntype Date',
  'App run design:paramtypes Promise',
  'App run design:type Function',
  'App  design:paramtypes Service,Object,Object,Main,Cycle,Object',
  'a',
  'App',
  'main.ts:10:53',
];

function openIn(folder: Folder): Builder {
  mkdirSync(folder.at('out'));
  const root = folder.at('.').replace(/\/$/, '');
  return openBuilder({
    entry: folder.at('src/main.ts'),
    root,
    cwd: root,
    bundles: openBundles(folder.at('out')),
    envFiles: [],
  });
}

function run(file: string) {
  return spawnSync(process.execPath, ['--enable-source-maps', file], { encoding: 'utf8' });
}

test('types of classes, renamed and default imports, interfaces and cycles; positions stay', async () => {
  const folder = openFolder(files);
  const builder = openIn(folder);
  try {
    const outcome = await builder.build();
    if (outcome.tag === 'failed') assert.fail(outcome.errors.map(({ plain }) => plain).join('\n'));
    const { stdout, stderr } = run(outcome.bundle.file);
    assert.equal(stderr, '');
    assert.deepEqual(stdout.trimEnd().split('\n').sort(), EXPECTED.toSorted());

    builder.invalidate([folder.write('src/main.ts', `${files['src/main.ts']}\nimport './missing.js';\n`)]);
    const missing = await builder.build();
    assert.equal(missing.tag, 'failed');
    if (missing.tag === 'failed') assert.match(missing.errors[0]?.plain ?? '', /missing\.js[^]*src\/main\.ts:16:/);

    builder.invalidate([
      folder.write('src/main.ts', files['src/main.ts']),
      folder.write('base.json', '{"compilerOptions":{"experimentalDecorators":true}}'),
    ]);
    const without = await builder.build();
    if (without.tag === 'failed') assert.fail(without.errors.map(({ plain }) => plain).join('\n'));
    const second = spawnSync(process.execPath, [without.bundle.file], { encoding: 'utf8' });
    assert.doesNotMatch(second.stdout, /design:/);
  } finally {
    await builder.close();
    folder.remove();
  }
});

test('what is missing is said once, with what to install, and only where it is needed', async () => {
  const folder = openFolder(files);
  try {
    const decorators = openDecorators(undefined, [folder.at('package.json')]);
    assert.equal(await decorators.lower(folder.at('src/service.ts'), files['src/service.ts']), null);
    assert.equal(decorators.missing(), null);
    assert.equal(await decorators.lower(folder.at('src/main.ts'), files['src/main.ts']), null);
    assert.match(
      decorators.missing() ?? '',
      /main\.ts has decorators.*emitDecoratorMetadata: npm install --save-dev oxc-transform$/,
    );
    assert.equal(decorators.missing(), null);
  } finally {
    folder.remove();
  }
});

test('@swc/core, where a project has that instead, writes the same; positions stay', async () => {
  const folder = openFolder({ ...files, 'node_modules/@swc': `-> ${join(repository, 'node_modules/@swc')}` });
  const builder = openIn(folder);
  try {
    const outcome = await builder.build();
    if (outcome.tag === 'failed') assert.fail(outcome.errors.map(({ plain }) => plain).join('\n'));
    const { stdout, stderr } = run(outcome.bundle.file);
    assert.equal(stderr, '');
    // It says of classes that they are functions, too.
    const said = stdout
      .trimEnd()
      .split('\n')
      .filter((line) => !line.endsWith('  design:type Function'));
    assert.deepEqual(said.sort(), EXPECTED.toSorted());
    assert.equal(lowerWithSwc(swc)('a.ts', '@', true), null);
  } finally {
    await builder.close();
    folder.remove();
  }
});
