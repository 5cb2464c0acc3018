import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { openBuilder } from '../../dist/build/builder.js';
import { openBundles } from '../../dist/build/bundles.js';
import { openFolder } from '../support/folder.js';
import { runBundle } from './running.js';

const CACHE = 'node_modules/.cache/zdr';

/** So much text that a whole build takes a while. */
const big = Array.from(
  { length: 9_000 },
  (_, i) => `export const f${i} = (a, b) => { const c = a + b * ${i}; return c > 3 ? [c, a] : { b }; };\n`,
).join('');

// The pieces of a small app are made a second after a build.
for (const after of [800, 850, 900])
  test(`two saves behind each other while pieces are made, ${after} ms after a build: the second one is built`, async (t) => {
    const version = (value: string): string => `export const version = '${value}';\n`;
    const folder = openFolder({
      'package.json': '{"type":"module"}',
      'app.js': "import './big.js';\nimport { version } from './version.js';\nconsole.log(version);\n",
      'version.js': version('v0'),
      'big.js': big,
    });
    mkdirSync(folder.at(CACHE), { recursive: true });
    const root = folder.at('.').replace(/\/$/, '');
    const bundles = openBundles(folder.at(CACHE));
    const entry = folder.at('app.js');
    const builder = openBuilder({ entry, root, cwd: root, bundles, envFiles: [], inPieces: true });
    t.after(async () => {
      await builder.close();
      folder.remove();
    });
    const save = (value: string): void => builder.invalidate([folder.write('version.js', version(value))]);
    const build = async (): Promise<string> => {
      const outcome = await builder.build();
      await outcome.inputs;
      assert.ok(outcome.tag === 'built');
      return /version = "(v\d)"/.exec(readFileSync(outcome.bundle.file, 'utf8'))?.[1] ?? 'in pieces, unchanged';
    };
    assert.equal(await build(), 'v0');
    await wait(after);
    save('v1');
    const first = build();
    await wait(60);
    save('v2');
    await first;
    assert.equal(await build(), 'v2');
    assert.equal(await build(), 'v2');
    await wait(1_500);
    save('v3');
    assert.equal(await build(), 'v3');
    save('v2');
    assert.equal(await build(), 'v2');
  });

for (const [what, edits, output] of [
  ['an import more', { 'b.js': "import { a } from './a.js';\nexport const b = () => `b${a}`;\n" }, 'ba\n'],
  ['an import at run time', { 'b.js': "export const b = async () => (await import('./a.js')).a;\n" }, 'a\n'],
  ['what is imported imports', { 'c.js': "import { a } from './a.js';\nexport const c = a;\n" }, 'ba\n'],
] as const)
  test(`a save that is read for the pieces of the program before it: ${what}`, async (t) => {
    const folder = openFolder({
      'package.json': '{"type":"module"}',
      'app.js': "import './a.js';\nimport { b } from './b.js';\nconsole.log(await b());\n",
      'a.js': "export const a = 'a';\n",
      'b.js': "import { c } from './c.js';\nexport const b = () => `b${c}`;\n",
      'c.js': 'export const c = 0;\n',
    });
    mkdirSync(folder.at(CACHE), { recursive: true });
    const root = folder.at('.').replace(/\/$/, '');
    const bundles = openBundles(folder.at(CACHE));
    const [written, mayWrite, made] = [gate(), gate(), gate()];
    const entry = folder.at('app.js');
    const builder = openBuilder({
      entry,
      root,
      cwd: root,
      envFiles: [],
      inPieces: true,
      bundles: {
        ...bundles,
        async put(output) {
          if (output.format === 'cjs') {
            written.open();
            await mayWrite.opened;
          }
          return bundles.put(output);
        },
      },
      onBase: made.open,
    });
    t.after(async () => {
      await builder.close();
      folder.remove();
    });
    const save = (files: Readonly<Record<string, string>>): void =>
      builder.invalidate(Object.entries(files).map(([file, text]) => folder.write(file, text)));
    const build = async () => {
      const outcome = await builder.build();
      await outcome.inputs;
      assert.ok(outcome.tag === 'built');
      const ran = await runBundle(root, folder.at(CACHE), entry, outcome.bundle.file);
      assert.equal(ran.code, 0, ran.errors);
      return ran.output;
    };
    assert.equal(await build(), 'b0\n');
    await written.opened;
    save({ 'c.js': 'export const c = 1;\n' });
    assert.equal(await build(), 'b1\n');
    // The pieces follow that build now, and find this instead.
    save(edits);
    mayWrite.open();
    await made.opened;
    assert.equal(await build(), output);
    assert.equal(await build(), output);
    save({ 'a.js': "export const a = 'A';\n" });
    assert.equal(await build(), output.replace('a', 'A'));
  });

function gate() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}
