import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { withApp } from '../support/app.js';

/** What is its alone, in MB; null where the system does not tell. */
function memoryOf(pid: number): number | null {
  try {
    const [, kilobytes] = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}

const options = { skip: memoryOf(process.pid) === null && 'no /proc here' };

test('fifty saves leave nothing behind in zdr itself', options, () =>
  withApp('http', async ({ project, zdr }) => {
    let version = 1;
    const save = async (times: number): Promise<number> => {
      for (let n = 0; n < times; n++) await zdr.rollover(() => project.version(++version));
      // It waits for a second in which nothing happens.
      const [before, until] = [memoryOf(zdr.pid) ?? 0, performance.now() + 5_000];
      let least = before;
      while (performance.now() < until) {
        await wait(100);
        least = Math.min(least, memoryOf(zdr.pid) ?? 0);
      }
      return least;
    };
    const first = await save(10);
    const last = await save(50);
    assert.ok(last - first < 4, `${first.toFixed(1)} MB after 10 saves, ${last.toFixed(1)} MB after 60`);
  }),
);
