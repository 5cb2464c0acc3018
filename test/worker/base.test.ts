import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileAhead } from '../../dist/worker/pieces/base.js';
import { openFolder } from '../support/folder.js';

test('a base that cannot be read when a standby comes to it is none: nothing is thrown into the app that may come next', () => {
  // To look for the first one finds it, as one that a save removes in the next moment.
  const folder = openFolder({ '2.cjs/file': '' });
  try {
    for (const base of ['2.cjs', 'gone.cjs']) assert.equal(compileAhead(folder.at(base)), null);
  } finally {
    folder.remove();
  }
});
