import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const TIDY = new URL('../../dist/cli/tidy.js', import.meta.url).href;

/** What a process with much garbage says; it ends by itself once it has been tidied up, or after a while. */
const outputOf = (tidies: boolean): string =>
  spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { constants, PerformanceObserver } from 'node:perf_hooks';
       import { getHeapSpaceStatistics } from 'node:v8';
       import { openTidying } from ${JSON.stringify(TIDY)};
       // What an observer is to see waits for something else to happen.
       const late = setInterval(() => {}, 50);
       setTimeout(() => clearInterval(late), 15_000).unref();
       new PerformanceObserver((list) => {
         for (const { detail } of list.getEntries()) {
           if (!(detail.flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED)) continue;
           console.log('asked for');
           clearInterval(late);
         }
       }).observe({ entryTypes: ['gc'] });
       const tidying = ${tidies} ? openTidying() : null;
       tidying?.heard();
       let kept = [];
       for (let n = 0; n < 3_000_000; n++) {
         kept.push({ n });
         if (kept.length > 50_000) kept = [];
       }
       const { space_size } = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
       console.log(space_size < 4_000_000 ? 'small' : 'large');
       // V8 has done by then what all this was a reason for.
       setTimeout(() => {
         tidying?.heard();
         kept = new Array(1_000_000).fill(0);
         kept = null;
         if (tidying === null) clearInterval(late);
       }, 500);`,
    ],
    { encoding: 'utf8' },
  ).stdout;

test('garbage is collected once nothing happens, and no more is taken for new objects than at the start', () => {
  assert.equal(outputOf(true), 'small\nasked for\n');
});

test('by itself V8 takes more, and waits', () => {
  assert.equal(outputOf(false), 'large\n');
});
