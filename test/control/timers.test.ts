import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTimers } from '../../dist/instance/timers.js';
import { initial } from '../../dist/rollover/step.js';

const some = { tag: 'refill' } as const;

test('a timer does not run while zdr is suspended', async () => {
  const timers = openTimers();
  const start = performance.now();
  const rung = new Promise<number>((resolve) => timers.after(40, some, () => resolve(performance.now() - start)));
  timers.skip(60);
  const late = await rung;
  assert.ok(late >= 99, `it rang after ${late} ms`);
});

test('one that begins afterwards is not longer for it', async () => {
  const timers = openTimers();
  timers.skip(3_600_000);
  await new Promise<void>((resolve) => timers.after(10, some, resolve));
});

test('those for what has ended go with it', () => {
  const timers = openTimers();
  const before = process.getActiveResourcesInfo().length;
  const late = (): void => assert.fail('it rang');
  timers.after(600_000, { tag: 'drain', generation: 1 }, late);
  timers.after(600_000, { tag: 'retire', worker: 1 }, late);
  timers.after(600_000, { tag: 'up', worker: 2 }, late);
  const settings = { mode: 'dev', readiness: 'listening', workers: 1, boot: 1, drain: 1 } as const;
  // It is up.
  timers.prune({ ...initial(settings), workers: [{ tag: 'standby', id: 2 }] });
  assert.equal(process.getActiveResourcesInfo().length, before);
});

test('none rings early, not even by a part of a millisecond', async () => {
  const timers = openTimers();
  const early: number[] = [];
  for (let n = 0; n < 200; n++) {
    const wanted = 2 + (n % 7) * 0.3;
    const start = performance.now();
    await new Promise<void>((resolve) => timers.after(wanted, some, resolve));
    const took = performance.now() - start;
    if (took < wanted) early.push(took - wanted);
  }
  assert.deepEqual(early, []);
});
