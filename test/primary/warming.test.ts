import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openWarming } from '../../dist/primary/warming.js';

// What is awaited of standbys. `zdr status` says by it whether something goes on.

const plan = { entry: 'app.js', args: [], script: false, undici: false, units: [] };

function opened() {
  const sent: [standby: number, number: number][] = [];
  const late: number[] = [];
  const warming = openWarming({
    send: (standby, number) => void sent.push([standby, number]),
    onLate: (standby) => void late.push(standby),
  });
  return { warming, sent, late };
}

test('the end of an earlier plan is not that of a later one', () => {
  const { warming, sent } = opened();
  warming.begin(7, plan);
  warming.begin(7, plan);
  const [[, first], [, second]] = sent as [[number, number], [number, number]];
  warming.done(7, first);
  assert.equal(warming.atRest(), false);
  warming.done(7, second);
  assert.equal(warming.atRest(), true);
});

test('nothing is awaited of one that got the app, and a word of it that comes later changes nothing', () => {
  const { warming, sent } = opened();
  for (const standby of [7, 8]) warming.begin(standby, plan);
  warming.forget(7);
  warming.done(7, sent[0]![1]);
  assert.equal(warming.atRest(), false);
  warming.done(8, sent[1]![1]);
  assert.equal(warming.atRest(), true);
});

test('one that does not come to its end is told once, and awaited no more', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { warming, late } = opened();
  warming.begin(7, plan);
  context.mock.timers.tick(60_000);
  context.mock.timers.tick(60_000);
  assert.deepEqual([late, warming.atRest()], [[7], true]);
});
