import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileAhead } from '../../dist/worker/pieces/base.js';

test('a base that cannot be read when a standby comes to it is none: nothing is thrown into the app that may come next', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zdr-base-'));
  try {
    const there = join(folder, '2.cjs');
    mkdirSync(there);
    // To look for it finds it, as one that a save removes in the next moment.
    assert.equal(compileAhead(there), null);
    assert.equal(compileAhead(join(folder, 'gone.cjs')), null);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
