import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sample } from './all.js';
import { runCell } from './run.js';

// Each fault in one phase, and each phase with several faults; `npm run faults` runs all pairs.
describe('faults in the middle of a rollover', { concurrency: 2 }, () => {
  for (const { fault, phase } of sample()) {
    test(`${fault.name} × ${phase}`, async () => {
      const { tag, why } = await runCell(fault, phase);
      assert.equal(tag, 'held', why);
    });
  }
});
