import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { isThere, openBundles, removeBundle } from '../../dist/build/bundles.js';
import { openBases } from '../../dist/build/pieces/bases.js';
import { until } from '../support/deadline.js';
import { openFolder } from '../support/folder.js';

const code = (text: string) => ({ text, map: '{}', format: 'cjs' }) as const;

test('a base that was replaced stays while a bundle that needs it is written, and as long as that is there', async () => {
  const folder = openFolder({});
  try {
    const bundles = openBundles(folder.at('.'));
    const bases = openBases();
    const base = await bundles.put(code('1'));
    let written = (): void => {};
    const slowly = new Promise<void>((resolve) => (written = resolve)).then(() => bundles.put(code('2')));
    const bundle = bases.needs(base, slowly);
    bases.retire(base);
    assert.ok(isThere(base));
    written();
    await bundle;
    bases.retire(null);
    assert.ok(isThere(base));
    await removeBundle(await bundle);
    bases.retire(null);
    await until('the base to go', () => !existsSync(base.file));
  } finally {
    folder.remove();
  }
});

test('a base goes at once where what needed it could not be written', async () => {
  const folder = openFolder({});
  try {
    const base = await openBundles(folder.at('.')).put(code('1'));
    const bases = openBases();
    const bundle = bases.needs(base, Promise.reject(new Error('no space')));
    bases.retire(base);
    await assert.rejects(bundle, /no space/);
    await until('the base to go', () => !existsSync(base.file));
  } finally {
    folder.remove();
  }
});
