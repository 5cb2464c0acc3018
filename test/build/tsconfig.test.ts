import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseJsonc } from '../../dist/build/jsonc.js';
import { foldersOfAlias, readTsconfig } from '../../dist/build/tsconfig.js';
import { openFolder } from '../support/folder.js';

const texts: readonly [text: string, value: unknown][] = [
  ['{"a": 1, /* b */ "c": [1, 2,], // d\n}', { a: 1, c: [1, 2] }],
  ['{"a": "// no comment, }", "b": "/* nor */"}', { a: '// no comment, }', b: '/* nor */' }],
  ['\uFEFF{}', {}],
  ['{', undefined],
];
for (const [text, value] of texts) test(`reads ${text}`, () => assert.deepEqual(parseJsonc(text), value));

test('follows extends through files, arrays and packages', (t) => {
  const folder = openFolder({
    'tsconfig.json': '{ "extends": ["./base", "@tsconfig/node20/tsconfig.json", "./gone.json"] }',
    'base.json': '{ "extends": "./deep/tsconfig.json", }',
    'deep/tsconfig.json':
      '{ "extends": "../base.json", "compilerOptions": { "paths": { "@/*": ["./src/*"], "one": ["./x/one.ts"] } } }',
    'node_modules/@tsconfig/node20/tsconfig.json': '{}',
    'node_modules/@tsconfig/node20/package.json': '{}',
  });
  t.after(() => folder.remove());
  const config = readTsconfig(folder.at('tsconfig.json'));
  assert.deepEqual(
    new Set(config.files),
    new Set(
      [
        'tsconfig.json',
        'base.json',
        'deep/tsconfig.json',
        'node_modules/@tsconfig/node20/tsconfig.json',
        'gone.json',
      ].map(folder.at),
    ),
  );
  assert.deepEqual(foldersOfAlias(config, '@/a/b'), [folder.at('deep/src/a')]);
  assert.deepEqual(foldersOfAlias(config, 'one'), [folder.at('deep/x')]);
  assert.deepEqual(foldersOfAlias(config, 'express'), []);
});
