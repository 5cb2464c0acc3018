import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApp } from '../support/app.js';
import { get } from '../support/get.js';
import type { Project } from '../support/project.js';

// A workspace as pnpm lays it out. With the package managers themselves: test/frameworks/monorepos.ts.

const manifest = (name: string, more: object): string => JSON.stringify({ name, version: '1.0.0', ...more });

async function layOut(project: Project): Promise<void> {
  const files: Readonly<Record<string, string>> = {
    'package.json': manifest('root', { private: true }),
    'packages/lib/package.json': manifest('lib', {
      type: 'module',
      exports: { '.': './src/index.ts', './*': './src/*.ts' },
    }),
    'packages/lib/src/index.ts':
      "import { dep } from './dep.js';\nexport const lib: string = 'lib 1';\nexport { dep };\n",
    'packages/lib/src/dep.ts':
      "import * as two from 'dep';\nexport const dep = two.version as string;\nexport const file = two.file as string;\n",
    'packages/lib/src/sub.ts': "export enum Sub { Name = 'sub 1' }\n",
    'packages/old/package.json': manifest('old', { main: './main.ts' }),
    'packages/old/main.ts': "export = { old: 'old 1' as string };\n",
    'linked/package.json': manifest('linked', { type: 'module', main: 'index.ts' }),
    'linked/index.ts': "export const linked: string = 'linked 1';\n",
    'src/app.ts': `
      import { createServer } from 'node:http';
      import { dep, file, version as one } from 'dep';
      import { dep as two, lib } from 'lib';
      import { file as other } from 'lib/dep';
      import { Sub } from 'lib/sub';
      import { linked } from 'linked';
      import old from 'old';
      createServer((_request, response) =>
        response.end(JSON.stringify({ lib, sub: Sub.Name, linked, old: old.old, one, two, dep, file, other }))).listen(0);`,
  };
  for (const [file, text] of Object.entries(files)) await project.write(file, text);
  for (const version of ['1.0.0', '2.0.0']) {
    const folder = `node_modules/.pnpm/dep@${version}/node_modules/dep`;
    await project.write(`${folder}/package.json`, JSON.stringify({ name: 'dep', version, main: 'index.js' }));
    await project.write(
      `${folder}/index.js`,
      `exports.version = '${version}';\nexports.dep = require('inner');\nexports.file = __filename;\n`,
    );
    const inner = `node_modules/.pnpm/inner@${version}/node_modules/inner`;
    await project.write(`${inner}/index.js`, `module.exports = 'inner of ${version}';\n`);
    await project.link(
      `node_modules/.pnpm/dep@${version}/node_modules/inner`,
      `../../inner@${version}/node_modules/inner`,
    );
  }
  await project.link('node_modules/dep', '.pnpm/dep@1.0.0/node_modules/dep');
  await project.link('packages/lib/node_modules/dep', '../../../node_modules/.pnpm/dep@2.0.0/node_modules/dep');
  await project.link('node_modules/lib', '../packages/lib');
  await project.link('node_modules/old', '../packages/old');
  await project.link('node_modules/linked', '../linked');
}

test('packages in TypeScript go live at an edit; real ones stay where they are, in two versions, as node finds them', () =>
  withApp('http', { ownModules: true, before: layOut }, async ({ project, zdr }) => {
    const real = (version: string): string =>
      project.path(`node_modules/.pnpm/dep@${version}/node_modules/dep/index.js`);
    const expected = { lib: 'lib 1', sub: 'sub 1', linked: 'linked 1', old: 'old 1' };
    const packages = { one: '1.0.0', two: '2.0.0', dep: 'inner of 1.0.0', file: real('1.0.0'), other: real('2.0.0') };
    assert.deepEqual(await get(zdr.where), { ...expected, ...packages });
    for (const [key, file] of [
      ['lib', 'packages/lib/src/index.ts'],
      ['sub', 'packages/lib/src/sub.ts'],
      ['old', 'packages/old/main.ts'],
      ['linked', 'linked/index.ts'],
    ] as const) {
      await zdr.rollover(() => project.edit(file, (text) => text.replace(' 1', ' 2')));
      expected[key] = expected[key].replace('1', '2');
      assert.deepEqual(await get(zdr.where), { ...expected, ...packages });
    }
  }));
