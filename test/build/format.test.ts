import assert from 'node:assert/strict';
import { test } from 'node:test';

import { formatOf } from '../../dist/build/format.js';

const cases: readonly [file: string, type: unknown, format: string][] = [
  ['a.mts', 'commonjs', 'esm'],
  ['a.cjs', 'module', 'cjs'],
  ['a.ts', 'module', 'esm'],
  ['a.js', 'commonjs', 'cjs'],
  ['a.tsx', undefined, 'open'],
  ['a.js', 'nonsense', 'open'],
];
for (const [file, type, format] of cases)
  test(`${file} in ${String(type)} is ${format}`, () => assert.equal(formatOf(file, type), format));
