import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const TIDY = new URL('../../dist/cli/tidy.js', import.meta.url).href;

/** What a process with much garbage says; it ends by itself once it has been tidied up, or after a while. */
const process = (begin: string): string =>
  spawnSync(
    globalThis.process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { constants, PerformanceObserver } from 'node:perf_hooks';
       import { getHeapSpaceStatistics } from 'node:v8';
       import { openTidying } from ${JSON.stringify(TIDY)};
       const late = setTimeout(() => {}, 15_000);
       new PerformanceObserver((list) => {
         for (const { detail } of list.getEntries()) {
           if (!(detail.flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED)) continue;
           console.log('asked for');
           clearTimeout(late);
         }
       }).observe({ entryTypes: ['gc'] });
       ${begin}
       let kept = [];
       for (let n = 0; n < 3_000_000; n++) {
         kept.push({ n });
         // What is left of it at the end is garbage that nobody has come for.
         if (kept.length > 300_000) kept = [];
       }
       kept = null;
       const { space_size } = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
       console.log(space_size < 4_000_000 ? 'small' : 'large');`,
    ],
    { encoding: 'utf8' },
  ).stdout;

test('garbage is collected once nothing happens, and no more is taken for new objects than at the start', () => {
  assert.equal(process('openTidying().heard();'), 'small\nasked for\n');
});

test('by itself V8 takes more, and waits', () => {
  assert.equal(process('clearTimeout(late);'), 'large\n');
});
