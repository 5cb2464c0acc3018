import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { openFolder } from '../support/folder.js';
import { editsOf } from './edits.js';
import { runBundle } from './running.js';

// Small programs, too, come in pieces: it is read when the module is loaded.
process.env['ZDR_TEST_PIECES'] = 'always';
const { openBundles } = await import('../../dist/build/bundles.js');
const { openBuilder } = await import('../../dist/build/esbuild.js');

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
  await fc.assert(property, { numRuns });
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
