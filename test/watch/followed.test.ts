import assert from 'node:assert/strict';
import { test } from 'node:test';

import { followedAs, observe, rebase, type Followed } from '../../dist/watch/followed.js';
import type { Stamp } from '../../dist/watch/inputs.js';

/** `.` no file; a letter, a content. `!x` a build has seen x. The expectation is what was reported. */
const cases: readonly [name: string, steps: string, reported: string][] = [
  ['a new content is reported once', 'A B B B', 'B'],
  ['back to what the build saw is a change', 'A B A', 'BA'],
  ['a removal and a return are changes', 'A . A', '.A'],
  ['the build saw what was reported', 'A B !B B', 'B'],
  ['the build was earlier than the last report', 'A B C !B C', 'BC'],
  ['the build began before the report', 'A B !A B', 'B'],
  ['the build saw more than was reported', 'A B !C C', 'B'],
  ['the build saw something else again', 'A B !C D', 'BD'],
  ['back after a build that missed it', 'A B !A A', 'BA'],
  ['a file that appears', '. A', 'A'],
];
for (const [name, steps, reported] of cases)
  test(name, () => {
    const [first = '.', ...rest] = steps.split(' ');
    let file: Followed = followedAs(stamp(first));
    let found = '';
    for (const step of rest) {
      if (step.startsWith('!')) {
        file = rebase(file, stamp(step.slice(1)));
        continue;
      }
      const [next, changed] = observe(file, stamp(step));
      file = next;
      if (changed) found += step;
    }
    assert.equal(found, reported);
  });

function stamp(content: string): Stamp {
  return content === '.' ? null : { mtimeMs: 1, size: 1, ino: 1, hash: content };
}
