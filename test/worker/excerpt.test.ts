import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { withExcerpt } from '../../dist/worker/excerpt.js';

const folder = mkdtempSync(join(tmpdir(), 'zdr-excerpt-'));
after(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** What is put below a frame at this place. */
const below = (file: string, line: number, column: number): readonly string[] =>
  withExcerpt(`Error: no\n    at f (${file}:${line}:${column})\n    at end`).split('\n').slice(2, -1);

test('the line of the source, with the place marked', () => {
  const file = write('a.ts', "one();\nthrow new Error('no');\n");
  assert.deepEqual(below(file, 2, 7), ["      2 │ throw new Error('no');", '        ╵       ^']);
  assert.deepEqual(below(pathToFileURL(file).href, 1, 1), ['      1 │ one();', '        ╵ ^']);
});

test('tabs and wide characters: the mark is below its place', () => {
  assert.deepEqual(below(write('b.ts', '\tf(\t"中文", x.y());'), 1, 13), [
    '      1 │ \tf(\t"中文", x.y());',
    '        ╵ \t  \t          ^',
  ]);
});

test('of a long line the part around the mark', () => {
  const [line = '', mark = ''] = below(write('c.ts', `${'a'.repeat(500)}!${'b'.repeat(500)}`), 1, 501);
  assert.equal(line.length, mark.indexOf('^') + 34);
  assert.equal(line[mark.indexOf('^')], '!');
  assert.match(line, /│ …a+!b+…$/);
});

test('below the first place in the own code, and only there', () => {
  const packaged = write('node_modules/p/index.js', 'throw 1;');
  const file = write('d.ts', 'call();');
  const text = (first: string) =>
    `Error: no\n    at p (${first}:1:1)\n    at node:internal/x:1:1\n    at ${file}:1:1 {\n  code: 1\n}`;
  assert.deepEqual(withExcerpt(text(packaged)).split('\n').slice(3, 6), [
    `    at ${file}:1:1 {`,
    '      1 │ call();',
    '        ╵ ^',
  ]);
  assert.equal(withExcerpt(text(file)).match(/│/g)?.length, 1);
});

test('what cannot be shown is left out', () => {
  const file = write('e.ts', 'short\n');
  for (const place of [`${file}:1:9`, `${file}:9:1`, `${folder}/none.ts:1:1`, 'file://host/%zz:1:1', 'relative.ts:1:1'])
    assert.equal(withExcerpt(`Error\n    at ${place}`), `Error\n    at ${place}`);
  assert.equal(withExcerpt('no stack'), 'no stack');
});
