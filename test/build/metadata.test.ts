import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { openBundles } from '../../dist/build/bundles.js';
import { openBuilder } from '../../dist/build/builder.js';
import { type Folder, openFolder } from '../support/folder.js';
import { repository } from '../support/project.js';
import { files } from './metadata.js';

// `emitDecoratorMetadata` by oxc-transform and by @swc/core, compared with what tsc itself writes.

/**
 * Both see one file at a time, and what only another one says is `Object`: a type that is an alias, and a class of
 * `import type`. These lines of tsc's come to others.
 */
const BY_FILE: Readonly<Record<string, string>> = {
  'App alias type String': 'App alias type Object',
  'App importedAlias type String': 'App importedAlias type Object',
  'App pair type Array': 'App pair type Object',
  'App typeOnly type Function': 'App typeOnly type Object',
  'App serverType type Function': 'App serverType type Object',
  'App destructured paramtypes [Object,Array]': 'App destructured paramtypes [Object,Object]',
  'App hidden paramtypes [String]': 'App hidden paramtypes [Object]',
  // And these are wrong in both.
  'App accessor paramtypes [Date]': 'App accessor paramtypes []',
  'static App  paramtypes [Service,Object,Object,Main,Cycle,String,Local]':
    'static App  paramtypes [Service,Object,Object,Main,Cycle,String,Array]',
};

/** What swc has of its own: it leaves out what has no type (null), and says more, of classes and of overloads. */
const BY_SWC: Readonly<Record<string, string | null>> = {
  'App readonlyArray type Array': 'App readonlyArray type Object',
  'App self type App': 'App self type Object',
  'static App make returntype App': 'static App make returntype Object',
  'App untyped type Object': null,
  'App initialized type Object': null,
};
const MORE_BY_SWC = [
  'App over paramtypes [String]',
  'App over returntype String',
  'App over type Function',
  'static App  type Function',
  'static Cycle  type Function',
];

function compiledByTsc(folder: Folder): readonly string[] {
  const tsc = join(repository, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '--noCheck', '-p', folder.at('.')], { stdio: 'pipe' });
  return run(folder.at('out/app.js'));
}

async function compiledByUs(folder: Folder): Promise<readonly string[]> {
  mkdirSync(folder.at('bundles'));
  const root = folder.at('.').replace(/\/$/, '');
  const bundles = openBundles(folder.at('bundles'));
  const builder = openBuilder({ entry: folder.at('src/app.ts'), root, cwd: root, bundles, envFiles: [] });
  try {
    const outcome = await builder.build();
    if (outcome.tag === 'failed') assert.fail(outcome.errors.map(({ plain }) => plain).join('\n'));
    assert.deepEqual(outcome.warnings, []);
    return run(outcome.bundle.file);
  } finally {
    await builder.close();
  }
}

function run(file: string): readonly string[] {
  return execFileSync(process.execPath, [file], { encoding: 'utf8' }).trimEnd().split('\n');
}

for (const [name, scope, own, more] of [
  ['oxc-transform', 'oxc-transform', {}, []],
  ['@swc/core', '@swc', BY_SWC, MORE_BY_SWC],
] as const)
  test(`${name} writes the metadata that tsc writes`, async () => {
    const folder = openFolder(files);
    folder.write(`node_modules/${scope}`, `-> ${join(repository, 'node_modules', scope)}`);
    try {
      const differing: Readonly<Record<string, string | null>> = { ...BY_FILE, ...own };
      const lines = compiledByTsc(folder).map((line) => (line in differing ? differing[line] : line));
      const expected = [...lines.filter((line) => line != null), ...more];
      // oxc decorates static members where they stand, tsc behind all others.
      assert.deepEqual((await compiledByUs(folder)).toSorted(), expected.toSorted());
    } finally {
      folder.remove();
    }
  });
