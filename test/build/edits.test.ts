import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Bundle } from '../../dist/build/outcome.js';
import { until } from '../support/deadline.js';
import { openFolder } from '../support/folder.js';
import { editsOf } from './edits.js';
import { runBundle } from './running.js';

// Small programs, too, come in pieces: it is read when the module is loaded.
process.env['ZDR_TEST_PIECES'] = 'always';
const { openBundles, removeBundle } = await import('../../dist/build/bundles.js');
const { openBuilder } = await import('../../dist/build/builder.js');

/** `RUNS=200 node .test/main.js build/edits` for more of them. */
const numRuns = Number(process.env['RUNS'] ?? 4);

const CACHE = 'node_modules/.cache/zdr';

/** Applies the edits one after the other. Tells of how many builds a part was enough. */
async function follow(states: ReturnType<typeof editsOf>): Promise<number> {
  let before = states[0]?.files ?? {};
  const folder = openFolder(before);
  mkdirSync(folder.at(CACHE), { recursive: true });
  const root = folder.at('.').replace(/\/$/, '');
  const bundles = openBundles(folder.at(CACHE));
  const options = { entry: folder.at('app.ts'), root, cwd: root, bundles, envFiles: [], inPieces: true };
  const builder = openBuilder(options);
  let alone = 0;
  try {
    for (const [step, { what, files }] of states.entries()) {
      const changed = Object.keys({ ...before, ...files }).filter((file) => files[file] !== before[file]);
      for (const file of changed) {
        const text = files[file];
        if (text === undefined) rmSync(folder.at(file));
        else folder.write(file, text);
      }
      builder.invalidate(changed.map((file) => folder.at(file)));
      before = files;
      const fresh = openBuilder({ ...options, inPieces: false });
      const [found, expected] = [await builder.build(), await fresh.build()];
      await fresh.close();
      assert.equal(found.tag, expected.tag, `step ${step}: ${what}`);
      if (found.tag === 'failed' || expected.tag === 'failed') continue;
      if (found.modules !== null) alone += 1;
      const run = (file: string) => runBundle(root, folder.at(CACHE), folder.at('app.ts'), file);
      const [one, other] = await Promise.all([run(found.bundle.file), run(expected.bundle.file)]);
      assert.equal(one.output, other.output, `step ${step}: ${what}\n${one.errors}`);
      assert.equal(one.code, other.code, one.errors);
    }
    return alone;
  } finally {
    await builder.close();
    await bundles.close();
    folder.remove();
  }
}

test('after any edits the program in pieces does what a whole build of the same files does', async () => {
  const property = fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 8 }), async (seed, steps) => {
    await follow(editsOf(seed, steps));
  });
  // The same ones in every run, unless somebody looks for more.
  await fc.assert(property, process.env['RUNS'] === undefined ? { numRuns, seed: 1 } : { numRuns });
});

test('a module that goes together with its import, two files at once', async () => {
  const at = (what: string, files: Readonly<Record<string, string>>) => ({
    what,
    files: { 'package.json': '{}', ...files },
  });
  const app = "import { a } from './a.ts';\nconsole.log(a);\n";
  const a = 'export const a: number = 1;\n';
  const both = { 'app.ts': `import './b.ts';\n${app}`, 'a.ts': a, 'b.ts': "console.log('b');\n" };
  await follow([
    at('begin', both),
    at('b is gone', { 'app.ts': app, 'a.ts': a }),
    at('b is back', both),
    at('b is broken and not imported', { ...both, 'app.ts': app, 'b.ts': 'const a b;' }),
  ]);
});

test('a module that has no imports changes between CommonJS and ES modules', async () => {
  const at = (text: string) => ({
    what: text,
    files: { 'package.json': '{}', 'app.ts': "import n from './n.ts';\nconsole.log(n);\n", 'n.ts': text },
  });
  const texts = ['export default 1;', 'module.exports = 2;', 'export = 3;', 'export default 4;', 'export = 5;'];
  await follow(texts.map(at));
});

test('a tsconfig that changes makes other modules of the same sources', async () => {
  const at = (what: string, config: string) => ({
    what,
    files: {
      'package.json': '{}',
      'tsconfig.json': `{"compilerOptions":{"useDefineForClassFields":${config}}}`,
      'app.ts': "import './a.ts';\n",
      'a.ts':
        "class A { set x(value: number) { console.log('set', value); } }\nclass B extends A { override x = 1; }\nconsole.log(new B().x);\n",
    },
  });
  await follow([at('begin', 'true'), at('as before', 'false'), at('and back', 'true')]);
});

test('saves while another base is made are in the program, all of them; a base stays for who needs it', async () => {
  const MANY = 130;
  const values = Array.from({ length: MANY + 1 }, () => 1);
  const module = (n: number): string => {
    const below = [2 * n, 2 * n + 1].filter((child) => child <= MANY);
    const imports = below.map((child) => `import { sum as sum${child} } from './m${child}.ts';\n`).join('');
    // As large as modules are, so that a base takes its time.
    return `${imports}export const sum = (): number => ${[values[n], ...below.map((child) => `sum${child}()`)].join(' + ')};\n// ${'x'.repeat(4000)}\n`;
  };
  const name = (n: number): string => `m${n}.ts`;
  const modules = Object.fromEntries(values.map((_, n) => [name(n), module(n)] as const).slice(1));
  const folder = openFolder({
    'package.json': '{"type":"module"}',
    'app.ts': "import { sum } from './m1.ts';\nconsole.log(sum());\n",
    ...modules,
  });
  mkdirSync(folder.at(CACHE), { recursive: true });
  const root = folder.at('.').replace(/\/$/, '');
  const bundles = openBundles(folder.at(CACHE));
  const bases: string[] = [];
  const built: Bundle[] = [];
  /** What was built on the first base, and what it prints. */
  let early: { readonly bundle: Bundle; readonly sum: number } | null = null;
  const sumNow = (): number => values.slice(1).reduce((sum, value) => sum + value);
  const builder = openBuilder({
    entry: folder.at('app.ts'),
    root,
    cwd: root,
    bundles,
    envFiles: [],
    inPieces: true,
    onBase: (file) => void bases.push(file),
  });
  const run = ({ file }: Bundle) => runBundle(root, folder.at(CACHE), folder.at('app.ts'), file);
  try {
    let at = 0;
    let seen = 0;
    // Each module once, one straight after the other: a bundle has room for 40 of them before a base is made anew.
    for (let n = 0; bases.length < 4 && n < 5 * MANY; n += 1) {
      at = 1 + ((at + 6) % MANY);
      values[at] = n + 2;
      folder.write(name(at), module(at));
      builder.invalidate([folder.at(name(at))]);
      const outcome = await builder.build();
      assert.equal(outcome.tag, 'built');
      if (outcome.tag !== 'built') continue;
      built.push(outcome.bundle);
      // Right behind a new base, and now and then.
      if (seen === bases.length && n % 40 !== 0) continue;
      seen = bases.length;
      early ??= { bundle: outcome.bundle, sum: sumNow() };
      const { output } = await run(outcome.bundle);
      assert.equal(Number(output), sumNow(), `after save ${n}, base ${bases.length}`);
    }
    assert.equal(bases.length, 4);
    assert.ok(early !== null);
    assert.equal(Number((await run(early.bundle)).output), early.sum);
    const [first = ''] = bases;
    assert.ok(existsSync(first));
    for (const bundle of built) await removeBundle(bundle);
    // With a package.json that has changed nothing of before holds.
    builder.invalidate([folder.at('package.json')]);
    await until('the base is gone', () => !existsSync(first));
  } finally {
    await builder.close();
    await bundles.close();
    folder.remove();
  }
});
