import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { openFolder } from '../support/folder.js';
import { graphOf } from './graphs.js';
import { runBundle, runPlain } from './running.js';

// Small programs, too, come in pieces: it is read when the module is loaded.
process.env['ZDR_TEST_PIECES'] = 'always';
const { openBundles } = await import('../../dist/build/bundles.js');
const { openBuilder } = await import('../../dist/build/builder.js');

/** `RUNS=2000 node .test/main.js build/graphs` for more of them. */
const numRuns = Number(process.env['RUNS'] ?? 30);

const CACHE = 'node_modules/.cache/zdr';

test('any graph of modules prints in pieces what it prints under node', async () => {
  const folders: { remove(): void }[] = [];
  const property = fc.asyncProperty(fc.nat(), fc.integer({ min: 2, max: 9 }), async (seed, size) => {
    const folder = openFolder(graphOf(seed, size));
    folders.push(folder);
    mkdirSync(folder.at(CACHE), { recursive: true });
    const root = folder.at('.').replace(/\/$/, '');
    const bundles = openBundles(folder.at(CACHE));
    const builder = openBuilder({ entry: folder.at('app.js'), root, cwd: root, bundles, envFiles: [], inPieces: true });
    const plain = runPlain(root, 'app.js');
    const outcome = await builder.build();
    await builder.close();
    const expected = await plain;
    if (outcome.tag === 'failed') {
      assert.match(expected.errors, /SyntaxError/, outcome.errors.map(({ plain: text }) => text).join('\n'));
      assert.equal(expected.output, '');
      return;
    }
    assert.match(readFileSync(outcome.bundle.file, 'utf8'), /\.run\(\{entry:/, 'it is in pieces');
    const ran = await runBundle(root, folder.at(CACHE), folder.at('app.js'), outcome.bundle.file);
    assert.equal(ran.output, expected.output, `${root}\n${ran.errors}${expected.errors}`);
    assert.equal(ran.code, expected.code, ran.errors);
    folder.remove();
  });
  // The same ones in every run, unless somebody looks for more.
  const seeded = process.env['RUNS'] === undefined ? { seed: 1 } : {};
  await fc.assert(property, { numRuns, interruptAfterTimeLimit: 300_000, ...seeded });
  for (const folder of folders) folder.remove();
});

test('any graph of modules with top-level await prints in pieces what it prints as a whole', async () => {
  const count = { pieces: 0, all: 0 };
  const property = fc.asyncProperty(fc.nat(), fc.integer({ min: 2, max: 7 }), async (seed, size) => {
    const folder = openFolder(graphOf(seed, size, true));
    mkdirSync(folder.at(CACHE), { recursive: true });
    const root = folder.at('.').replace(/\/$/, '');
    const bundles = openBundles(folder.at(CACHE));
    const built = async (inPieces: boolean) => {
      const builder = openBuilder({ entry: folder.at('app.js'), root, cwd: root, bundles, envFiles: [], inPieces });
      const outcome = await builder.build();
      await builder.close();
      assert.ok(
        outcome.tag === 'built',
        outcome.tag === 'failed' ? outcome.errors.map(({ plain }) => plain).join() : '',
      );
      const ran = await runBundle(root, folder.at(CACHE), folder.at('app.js'), outcome.bundle.file);
      return { ...ran, isInPieces: /\.run\(\{entry:/.test(readFileSync(outcome.bundle.file, 'utf8')) };
    };
    const whole = await built(false);
    const pieces = await built(true);
    count.all += 1;
    if (pieces.isInPieces) count.pieces += 1;
    assert.equal(pieces.output, whole.output, `${root}\n${pieces.errors}${whole.errors}`);
    assert.equal(pieces.code, whole.code, pieces.errors);
    folder.remove();
  });
  const seeded = process.env['RUNS'] === undefined ? { seed: 1 } : {};
  await fc.assert(property, { numRuns, interruptAfterTimeLimit: 300_000, ...seeded });
  // Exports of others are left to whole bundles.
  assert.ok(count.pieces > count.all / 3, `${count.pieces} of ${count.all} in pieces`);
});
