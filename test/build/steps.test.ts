import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { openFolder } from '../support/folder.js';
import { runBundle } from './running.js';

// Small programs, too, come in pieces: it is read when the module is loaded.
process.env['ZDR_TEST_PIECES'] = 'always';
const { openBundles } = await import('../../dist/build/bundles.js');
const { openBuilder } = await import('../../dist/build/builder.js');

const CACHE = 'node_modules/.cache/zdr';

type Files = Readonly<Record<string, string>>;

/** What one builder makes of files that are edited step by step. */
function stepsOf(t: TestContext, files: Files, entry: string) {
  const folder = openFolder(files);
  mkdirSync(folder.at(CACHE), { recursive: true });
  const root = folder.at('.').replace(/\/$/, '');
  const bundles = openBundles(folder.at(CACHE));
  const builder = openBuilder({ entry: folder.at(entry), root, cwd: root, bundles, envFiles: [], inPieces: true });
  t.after(async () => {
    await builder.close();
    folder.remove();
  });
  return async (edits: Files = {}) => {
    builder.invalidate(Object.entries(edits).map(([file, text]) => folder.write(file, text)));
    const outcome = await builder.build();
    await outcome.inputs;
    if (outcome.tag === 'failed') return { failed: outcome.errors.map(({ plain }) => plain).join('\n') };
    const ran = await runBundle(root, folder.at(CACHE), folder.at(entry), outcome.bundle.file);
    assert.equal(ran.code, 0, ran.errors);
    return { output: ran.output, isInPieces: /\.run\(\{entry:/.test(readFileSync(outcome.bundle.file, 'utf8')) };
  };
}

const ESM = { 'package.json': '{"type":"module"}' };

test('an entry that has top-level await no more, and is CommonJS without it', async (t) => {
  const head = "const { x } = require('./x.js');\nconst f = () => x;\n";
  const step = stepsOf(
    t,
    { 'app.js': `${head}await 0;\nconsole.log('a', f());\n`, 'x.js': 'exports.x = 1;\n' },
    'app.js',
  );
  assert.equal((await step()).output, 'a 1\n');
  assert.equal((await step({ 'app.js': `${head}console.log('b', f());\n` })).output, 'b 1\n');
  assert.equal((await step({ 'x.js': 'exports.x = 2;\n' })).output, 'b 2\n');
});

test('a type that is used as a value is an error', async (t) => {
  const head = "import { a, T } from './x.ts';\n";
  const step = stepsOf(
    t,
    {
      ...ESM,
      'app.ts': `${head}const t: T = { a: 1 };\nconsole.log(a, t.a);\n`,
      'x.ts': 'export interface T { a: 1 }\nexport const a = 1;\n',
    },
    'app.ts',
  );
  assert.deepEqual(await step(), { output: '1 1\n', isInPieces: true });
  assert.match(
    (await step({ 'app.ts': `${head}const t: any = T;\nconsole.log(a, t);\n` })).failed ?? '',
    /No matching export/,
  );
  assert.deepEqual(await step({ 'app.ts': `${head}const t: T = { a: 1 };\nconsole.log(a + t.a);\n` }), {
    output: '2\n',
    isInPieces: true,
  });
});

test('an enum in a cycle of imports has its values before its module runs', async (t) => {
  const step = stepsOf(
    t,
    {
      ...ESM,
      'app.ts': "import { B } from './b.ts';\nconsole.log(new B().x);\n",
      'b.ts': "import { A } from './a.ts';\nexport const enum Level { Low = 3 }\nexport class B { x = new A().l; }\n",
      'a.ts':
        "import { Level, B } from './b.ts';\nconst low = Level.Low;\nexport class A { l = low; make() { return new B(); } }\n",
    },
    'app.ts',
  );
  assert.deepEqual(await step(), { output: '3\n', isInPieces: false });
  assert.equal(
    (await step({ 'app.ts': "import { B } from './b.ts';\nconsole.log('b', new B().x);\n" })).output,
    'b 3\n',
  );
});

test('what had top-level await in a cycle is in pieces when it has none any more', async (t) => {
  const a = "import { b } from './b.js';\nexport const a = async () => { await 1; return b; };\n";
  const step = stepsOf(
    t,
    {
      ...ESM,
      'app.js': "import { a } from './a.js';\na().then((value) => console.log(value));\n",
      'a.js': `${a}await 0;\n`,
      'b.js': "import { a } from './a.js';\nexport const b = 'b';\nexport const again = () => a;\n",
    },
    'app.js',
  );
  assert.deepEqual(await step(), { output: 'b\n', isInPieces: false });
  assert.deepEqual(await step({ 'a.js': a }), { output: 'b\n', isInPieces: true });
});

test('top-level await beside createRequire, odd names of files, and texts that look like what esbuild writes', async (t) => {
  const step = stepsOf(
    t,
    {
      ...ESM,
      'app.js':
        "import { createRequire } from 'node:module';\nimport { text } from './text.js';\nconst require = createRequire(import.meta.url);\nawait 0;\nconsole.log(typeof require('node:fs').statSync, text.length);\n",
      'text.js': 'await 0;\nexport const text = `\nexport {\n  a\n};\n`;\n',
    },
    'app.js',
  );
  assert.deepEqual(await step(), { output: 'function 17\n', isInPieces: true });
  const odd =
    "import { text } from './text.js';\nimport { a } from './a\"b.js';\nawait 0;\nconsole.log(text.length, a);\n";
  assert.equal((await step({ 'app.js': odd, 'a"b.js': "export const a = 'a';\n" })).output, '17 a\n');
});
