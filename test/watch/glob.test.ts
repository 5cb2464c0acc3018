import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compileGlob } from '../../dist/watch/glob.js';

const cases: readonly [pattern: string, path: string, matches: boolean][] = [
  ['views', '/app/views/a/b.html', true],
  ['views', '/app/views2/a.html', false],
  ['views/*.html', '/app/views/a.html', true],
  ['views/*.html', '/app/views/a/b.html', false],
  ['views/**/*.html', '/app/views/b.html', true],
  ['views/**/*.html', '/app/views/a/b.html', true],
  ['views/**', '/app/views/a/b.html', true],
  ['**/dist/**', '/app/x/dist/y.js', true],
  ['*.log', '/app/deep/down/x.log', true],
  ['./*.log', '/app/deep/x.log', false],
  ['src/?.ts', '/app/src/a.ts', true],
  ['src/?.ts', '/app/src/ab.ts', false],
  ['src/*.{ts,tsx}', '/app/src/ab.tsx', true],
  ['src/*.{ts,tsx}', '/app/src/ab.js', false],
  ['src/[!a].ts', '/app/src/b.ts', true],
  ['src/[!a].ts', '/app/src/a.ts', false],
  ['a+b/(c).ts', '/app/a+b/(c).ts', true],
  ['/else/*.ts', '/else/a.ts', true],
  ['../up/*.ts', '/up/a.ts', true],
];
for (const [pattern, path, matches] of cases)
  test(`${pattern} ${matches ? 'means' : 'does not mean'} ${path}`, () => {
    assert.equal(compileGlob(pattern, '/app').matches(path), matches);
  });

test('the base is the deepest folder without a pattern', () => {
  assert.equal(compileGlob('views/a/*.html', '/app').base, '/app/views/a');
  assert.equal(compileGlob('**/*.html', '/app').base, '/app');
  assert.equal(compileGlob('/else/*.html', '/app').base, '/else');
});
