import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTimers } from '../../dist/instance/timers.js';

test('a timer does not run while zdr is suspended', async () => {
  const timers = openTimers();
  const start = performance.now();
  const rung = new Promise<number>((resolve) => timers.after(40, () => resolve(performance.now() - start)));
  timers.skip(60);
  const late = await rung;
  assert.ok(late >= 99, `it rang after ${late} ms`);
});

test('one that begins afterwards is not longer for it', async () => {
  const timers = openTimers();
  timers.skip(3_600_000);
  await new Promise<void>((resolve) => timers.after(10, resolve));
});

test('none rings early, not even by a part of a millisecond', async () => {
  const timers = openTimers();
  const early: number[] = [];
  for (let n = 0; n < 200; n++) {
    const wanted = 2 + (n % 7) * 0.3;
    const start = performance.now();
    await new Promise<void>((resolve) => timers.after(wanted, resolve));
    const took = performance.now() - start;
    if (took < wanted) early.push(took - wanted);
  }
  assert.deepEqual(early, []);
});
