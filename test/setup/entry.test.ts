import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { resolveEntry } from '../../dist/setup/entry.js';

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly given?: string;
  readonly place?: string;
  /** The entry, or what the message and the hint say. */
  readonly entry?: string;
  readonly wrong?: readonly [RegExp, RegExp];
}

const cases: readonly Case[] = [
  { name: 'a given file', files: { 'a.ts': '' }, given: 'a.ts', entry: 'a.ts' },
  { name: 'source first', files: { 'package.json': '{"source":"y.ts"}', 'y.ts': '', 'src/app.ts': '' }, entry: 'y.ts' },
  {
    name: 'then the usual names',
    files: { 'package.json': '{}', 'src/index.ts': '', 'src/app.js': '', 'src/main.mts': '' },
    entry: 'src/app.js',
  },
  { name: 'server before app', files: { 'src/app.ts': '', 'src/server.tsx': '' }, entry: 'src/server.tsx' },
  { name: 'nothing', files: {}, wrong: [/no entry/, /zdr\.config .* source .* src\/\{server,app,main,index\}/] },
  {
    name: 'nothing where it is looked for, but near',
    files: { 'index.css': '', 'index.js': '' },
    wrong: [/no entry/, /^did you mean zdr dev index\.js\?$/],
  },
  { name: 'broken package.json', files: { 'package.json': '{' }, wrong: [/package\.json cannot be read/, /JSON/] },
  {
    name: 'an entry of a config that is not there',
    files: { 'src/a.ts': '' },
    given: 'x.ts',
    place: 'zdr of package.json',
    wrong: [/x\.ts \(entry in zdr of package\.json\) does not exist/, /looked in/],
  },
  {
    name: 'a slip',
    files: { 'src/server.ts': '', 'src/app.ts': '' },
    given: 'src/sevrer.ts',
    wrong: [/src\/sevrer\.ts does not exist/, /src\/server\.ts\?/],
  },
  {
    name: 'another extension',
    files: { 'src/app.ts': '' },
    given: 'src/app.js',
    wrong: [/does not exist/, /src\/app\.ts\?/],
  },
  { name: 'no folder', files: {}, given: 'nope/app.ts', wrong: [/does not exist/, /no folder nope/] },
  { name: 'a folder', files: { 'src/main.ts': '' }, given: 'src', wrong: [/src is a folder/, /src\/main\.ts\?/] },
  { name: 'an empty folder', files: { 'src/x.css': '' }, given: 'src', wrong: [/src is a folder/, /name the file/] },
  {
    name: 'a bad extension',
    files: { 'a.css': '' },
    given: 'a.css',
    wrong: [/no JavaScript or TypeScript/, /\.ts .*\.js/],
  },
  { name: 'a device', files: {}, given: '/dev/null', wrong: [/not a file/, /name the file/] },
];

for (const { name, files, given, place, entry, wrong } of cases)
  test(name, (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'zdr-entry-'));
    context.after(() => rmSync(folder, { recursive: true }));
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const found = resolveEntry(given ?? null, place ?? null, folder);
    if (found.tag === 'entry') return assert.equal(found.file, join(folder, entry ?? '(wrong)'));
    assert.ok(wrong, found.message);
    assert.match(found.message, wrong[0]);
    assert.match(found.hint, wrong[1]);
  });
