import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { extname } from 'node:path';
import { test, type TestContext } from 'node:test';

import { openBundles, type Bundles } from '../../dist/build/bundles.js';
import { openBuilder, type Builder } from '../../dist/build/builder.js';
import { removeBundle } from '../../dist/build/bundles.js';
import type { BuildOutcome } from '../../dist/build/outcome.js';
import { openFolder, type Folder } from '../support/folder.js';

const CACHE = 'node_modules/.cache/zdr';

function open(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  entry = 'src/app.ts',
): { folder: Folder; builder: Builder; bundles: Bundles } {
  const folder = openFolder({ 'package.json': '{"type":"module"}', ...files });
  mkdirSync(folder.at(CACHE), { recursive: true });
  const root = folder.at('.').replace(/\/$/, '');
  const bundles = openBundles(folder.at(CACHE));
  const builder = openBuilder({ entry: folder.at(entry), root, cwd: root, bundles, envFiles: [] });
  t.after(async () => {
    await builder.close();
    await bundles.close();
    folder.remove();
  });
  return { folder, builder, bundles };
}

function built(outcome: BuildOutcome): Extract<BuildOutcome, { tag: 'built' }> {
  if (outcome.tag === 'failed') assert.fail(outcome.errors.map(({ plain }) => plain).join('\n'));
  return outcome;
}

function failed(outcome: BuildOutcome): Extract<BuildOutcome, { tag: 'failed' }> {
  if (outcome.tag === 'built') assert.fail('the build should have failed');
  return outcome;
}

function run(outcome: BuildOutcome): string {
  const { stdout, stderr } = spawnSync(process.execPath, ['--enable-source-maps', built(outcome).bundle.file], {
    encoding: 'utf8',
  });
  assert.equal(stderr, '');
  return stdout.trim().replaceAll('\n', ' ');
}

const pack = (name: string, json: string, code: string, file = 'index.js'): Record<string, string> => ({
  [`node_modules/${name}/package.json`]: json,
  [`node_modules/${name}/${file}`]: code,
});

const programs: readonly [name: string, files: Record<string, string>, output: string, entry?: string][] = [
  [
    'packages run where they are imported, not ahead of the app',
    {
      'src/env.ts': 'process.env.X = "set";',
      'src/app.ts': 'import "./env.js"; import { seen } from "reader"; console.log(seen);',
      ...pack('reader', '{}', 'exports.seen = process.env.X;'),
    },
    'set',
  ],
  [
    'an ES module package keeps its default, its names and its live bindings',
    {
      'src/app.ts':
        'import def, { n, inc } from "es"; import * as ns from "es"; inc(); console.log(def, n, ns.n, ns.default);',
      ...pack(
        'es',
        '{"type":"module","exports":"./index.js"}',
        'export let n = 0; export const inc = () => { n++ }; export default "def";',
      ),
    },
    'def 1 1 def',
  ],
  [
    'a package with two faces shows each importer its own, and import() the same instance',
    {
      'src/app.ts':
        'import { kind } from "dual"; import { createRequire } from "node:module"; const require = createRequire(import.meta.url); console.log(kind, require("dual").kind, (await import("dual")).kind === kind);',
      ...pack('dual', '{"exports":{"import":"./i.mjs","require":"./i.cjs"}}', 'exports.kind = "cjs";', 'i.cjs'),
      'node_modules/dual/i.mjs': 'export const kind = "esm";',
    },
    'esm cjs true',
  ],
  [
    'workspace packages, tsconfig paths, #imports and self references are part of the bundle',
    {
      'package.json': '{"name":"self","type":"module","exports":{"./x":"./src/x.ts"},"imports":{"#y":"./src/y.ts"}}',
      'tsconfig.json': '{"compilerOptions":{"paths":{"@/*":["./src/*"]}}}',
      'src/x.ts': 'export const x: number = 1;',
      'src/y.ts': 'export const y: number = 2;',
      'packages/w/package.json': '{"name":"w","type":"module","exports":"./i.ts","sideEffects":false}',
      'packages/w/i.ts': 'console.log("w runs"); export const file: string = import.meta.filename;',
      'node_modules/w': '-> ../packages/w',
      'src/app.ts':
        'import { x } from "self/x"; import { y } from "#y"; import { x as z } from "@/x"; import "w"; console.log(x, y, z);',
    },
    'w runs 1 2 1',
  ],
  [
    'modules know themselves',
    {
      'src/app.ts':
        'import { m } from "./in/m.js"; console.log(import.meta.main, import.meta.filename.endsWith("/src/app.ts"), m);',
      'src/in/m.ts':
        'export const m = [import.meta.main, import.meta.url.endsWith("/src/in/m.ts"), __dirname.endsWith("/src/in")].join();',
    },
    'true true false,true,true',
  ],
  [
    'computed require and import() start from the file they stand in',
    {
      'src/app.ts': 'import { load } from "./in/m.js"; console.log(await load("./other.mjs"));',
      'src/in/m.ts': 'export const load = async (name: string) => (await import(name)).default;',
      'src/in/other.mjs': 'export default "other";',
    },
    'other',
  ],
  [
    'CommonJS stays CommonJS',
    {
      'package.json': '{}',
      'a.js':
        'const b = require("./b"); console.log(require.main === module, b, typeof module.exports); require(["./", "c"].join("")).run();',
      'b.js': 'module.exports = require.main === module;',
      'c.js': 'exports.run = () => console.log("c");',
    },
    'true false object c',
    'a.js',
  ],
];
for (const [name, files, output, entry] of programs)
  test(name, async (t) => {
    const { builder } = open(t, files, entry);
    assert.equal(run(await builder.build()), output);
  });

test('without a type the syntax decides, and may change', async (t) => {
  const { folder, builder } = open(t, { 'package.json': '{}', 'src/app.ts': 'exports.a = 1;' });
  assert.equal(extname(built(await builder.build()).bundle.file), '.cjs');
  builder.invalidate([folder.write('src/app.ts', 'await 1;')]);
  assert.equal(extname(built(await builder.build()).bundle.file), '.mjs');
  builder.invalidate([folder.write('src/app.ts', 'console.log(require);')]);
  assert.equal(extname(built(await builder.build()).bundle.file), '.cjs');
});

test('the same bytes are the same bundle, until it is removed', async (t) => {
  const { folder, builder } = open(t, { 'src/app.ts': 'console.log(1);' });
  const first = built(await builder.build()).bundle;
  builder.invalidate([folder.write('src/app.ts', 'console.log(1); // comment')]);
  assert.equal(built(await builder.build()).bundle, first);
  await removeBundle(first);
  assert.deepEqual(readdirSync(folder.at(CACHE)), []);
  const again = built(await builder.build()).bundle;
  assert.notEqual(again.file, first.file);
  assert.equal(again.hash, first.hash);
});

test('only what was invalidated is read again', async (t) => {
  const { folder, builder } = open(t, { 'src/app.ts': 'console.log(1);' });
  const first = built(await builder.build());
  folder.write('src/app.ts', 'console.log(2);');
  const second = built(await builder.build());
  assert.equal(second.bundle, first.bundle);
  const [before, after] = [await first.inputs, await second.inputs];
  assert.deepEqual(after.files.get(folder.at('src/app.ts')), before.files.get(folder.at('src/app.ts')));
  builder.invalidate([folder.at('src/app.ts')]);
  assert.equal(run(await builder.build()), '2');
});

test('the inputs name what steers a build, missing files and links too', async (t) => {
  const { folder, builder } = open(t, {
    'src/app.ts': 'import "w";',
    'tsconfig.json': '{"extends":"./base.json"}',
    'base.json': '{}',
    'package-lock.json': '{}',
    'packages/w/package.json': '{"exports":"./i.ts"}',
    'packages/w/i.ts': 'console.log(1)',
    'node_modules/w': '-> ../packages/w',
  });
  const { files, aside } = await built(await builder.build()).inputs;
  for (const path of [
    'src/app.ts',
    'packages/w/i.ts',
    'packages/w/package.json',
    'package.json',
    'tsconfig.json',
    'base.json',
    'node_modules/w',
  ])
    assert.ok(files.get(folder.at(path)), path);
  assert.equal(files.get(folder.at('.env')), null);
  assert.ok(aside.has(folder.at('.env')));
  assert.ok(aside.has(folder.at('package-lock.json')) && files.get(folder.at('package-lock.json')));
});

test('a failure says where, and watches where the missing file may appear', async (t) => {
  const { folder, builder } = open(t, {
    'src/app.ts': 'import { a } from "./lib/a.js"; console.log(a);',
    'src/keep.ts': '',
  });
  const outcome = failed(await builder.build());
  assert.match(outcome.errors[0]?.plain ?? '', /Could not resolve "\.\/lib\/a\.js"[^]*src\/app\.ts:1:18/);
  const inputs = await outcome.inputs;
  assert.deepEqual([...inputs.folders], [folder.at('src')]);
  assert.ok(inputs.files.has(folder.at('src/app.ts')));
  builder.invalidate([folder.write('src/lib/a.ts', 'export const a = "here";')]);
  assert.equal(run(await builder.build()), 'here');
});

test('a frame shows the line as it was written', async (t) => {
  const { builder } = open(t, { 'src/app.ts': 'console.log(__dirname); const a foo' });
  const [error] = failed(await builder.build()).errors;
  assert.equal(error?.column, 32);
  assert.match(error.plain, /1 │ console\.log\(__dirname\); const a foo/);
});

test('a tsconfig that breaks and is mended', async (t) => {
  const { folder, builder } = open(t, { 'src/app.ts': 'console.log("ok");', 'tsconfig.json': '{}' });
  built(await builder.build());
  builder.invalidate([folder.write('tsconfig.json', '{ "compilerOptions": {')]);
  assert.match(failed(await builder.build()).errors[0]?.plain ?? '', /tsconfig\.json/);
  builder.invalidate([folder.write('tsconfig.json', '{}')]);
  assert.equal(run(await builder.build()), 'ok');
});

test('a package with top-level await can be kept a static import', async (t) => {
  const { folder, builder } = open(t, {
    'src/app.ts': 'import { v } from "tla"; console.log(v);',
    ...pack('tla', '{"type":"module","exports":"./index.js"}', 'export const v = await 5;'),
  });
  built(await builder.build());
  builder.keepStatic(folder.at('node_modules/tla/index.js'));
  assert.equal(run(await builder.build()), '5');
});

test('a cache folder that is gone is made again, and one that cannot be is replaced', async (t) => {
  const { folder, builder, bundles } = open(t, { 'src/app.ts': 'console.log(1);' });
  built(await builder.build());
  rmSync(folder.at('node_modules'), { recursive: true });
  builder.invalidate([folder.write('src/app.ts', 'console.log(2);')]);
  assert.equal(run(await builder.build()), '2');
  rmSync(folder.at('node_modules'), { recursive: true });
  folder.write('node_modules', 'a file');
  builder.invalidate([folder.write('src/app.ts', 'console.log(3);')]);
  const { bundle } = built(await builder.build());
  assert.ok(!bundle.file.startsWith(folder.at('.')));
  await builder.close();
  await bundles.close();
  assert.ok(!existsSync(bundle.file));
});
