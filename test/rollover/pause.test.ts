import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serving } from './play.js';

const save = (path: string) => ({ type: 'changed', paths: [path], always: false }) as const;

test('paused: saves are collected, and built together afterwards', () => {
  const { play } = serving();
  play.send({ type: 'pause' });
  assert.equal(play.kinds(), 'paused');
  play.send(save('/1'));
  assert.equal(play.kinds(), '');
  play.send(save('/2'), save('/1'));
  assert.equal(play.kinds(), '');
  play.send({ type: 'resume' });
  assert.equal(play.kinds(), 'resumed build');
  play.built('b');
  assert.deepEqual(play.state.generations[1]?.changes.paths, ['/1', '/2']);
});

test('paused, and nothing was saved: nothing is built afterwards', () => {
  const { play } = serving();
  play.send({ type: 'pause' }, { type: 'resume' });
  assert.equal(play.kinds(), 'resumed');
});

test('who asks for a reload while it is paused gets it, with what was collected', () => {
  const { play } = serving();
  play.send({ type: 'pause' }, save('/1'), { type: 'changed', paths: [], always: true });
  assert.equal(play.kinds(), 'build');
  play.built('b');
  assert.deepEqual(play.state.generations[1]?.changes.paths, ['/1']);
  play.send(save('/2'));
  assert.equal(play.kinds(), '', 'it is still paused');
  play.send({ type: 'resume' });
  assert.equal(play.kinds(), 'resumed build');
});

test('to pause or to go on twice is to do it once', () => {
  const { play } = serving();
  play.send({ type: 'resume' });
  assert.equal(play.kinds(), '');
  play.send({ type: 'pause' }, save('/1'), { type: 'pause' });
  assert.equal(play.kinds(), '');
  play.send({ type: 'resume' });
  assert.equal(play.kinds(), 'resumed build');
});

test('what drains is ended when somebody asks, and this is no deadline', () => {
  const { play, first } = serving();
  play.save('b');
  play.listen(2);
  play.send({ type: 'worker-cut', worker: first });
  assert.equal(play.tags(), '1 draining, 2 live');
  play.send({ type: 'end-draining' });
  assert.equal(play.tags(), '1 retiring, 2 live');
  assert.deepEqual(
    play.effects.find((effect) => effect.type === 'end'),
    { type: 'end', worker: first, polite: false },
  );
  play.send({ type: 'worker-open', worker: first, open: [{ tag: 'socket', age: 1 }] });
  const open = [{ tag: 'socket', age: 1 }];
  assert.deepEqual(play.effects, [{ type: 'report', event: { type: 'cut-short', generation: 1, asked: true, open } }]);
});

test('nothing drains: to end it changes nothing', () => {
  const { play } = serving();
  const { state } = play;
  play.send({ type: 'end-draining' });
  assert.equal(play.state, state);
});
