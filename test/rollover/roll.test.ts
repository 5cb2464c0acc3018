import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Worker } from '../../dist/rollover/state.js';
import { Play } from './play.js';

const key = 'tcp::3000';
const exit = (worker: number, code: number | null = 1) =>
  ({ type: 'worker-exited', worker, exit: { code, signal: null } }) as const;

/** #1 live in `workers` workers of `zdr start`. */
function started(workers: number): Play {
  const play = new Play({ mode: 'start', workers });
  play.built('a');
  play.listen(1);
  for (let n = 1; n < workers; n += 1) bootNext(play, 1);
  assert.equal(play.tags(), '1 live');
  return play;
}

/** The worker of this generation that has not listened yet does. Gives its id. */
function bootNext(play: Play, generation: number): number {
  const next = play.state.workers.find(
    (worker) => (worker.tag === 'spawned' || worker.tag === 'booting') && worker.generation === generation,
  );
  assert.ok(next, `a worker of #${generation} boots`);
  if (next.tag === 'spawned') play.send({ type: 'worker-standby', worker: next.id });
  play.send({ type: 'worker-listening', worker: next.id, key });
  return next.id;
}

const ids = (play: Play, generation: number, tag: Worker['tag']): readonly number[] =>
  play.state.workers.flatMap((worker) =>
    worker.tag === tag && worker.tag !== 'standby' && worker.generation === generation ? worker.id : [],
  );

const serving = (play: Play): number => play.state.workers.filter(({ tag }) => tag === 'live').length;

test('workers are replaced one by one, never fewer serve than asked for, and only the last makes it live', () => {
  const play = started(3);
  play.save('b', true);
  for (let n = 1; n <= 3; n += 1) {
    assert.equal(ids(play, 2, 'booting').length + ids(play, 2, 'spawned').length, 1, 'one boots at a time');
    bootNext(play, 2);
    assert.match(play.kinds(), n === 1 ? /^route go cut timer$/ : /^go cut timer$/);
    assert.equal(play.tags(), '1 live, 2 rolling');
    assert.equal(serving(play), 3);
    const [cutting] = ids(play, 1, 'cutting');
    play.send({ type: 'worker-cut', worker: cutting! });
  }
  assert.equal(play.tags(), '1 draining, 2 live');
  assert.equal(play.effects.filter((effect) => effect.type === 'report' && effect.event.type === 'live').length, 1);
  assert.equal(play.state.workers.filter(({ tag }) => tag === 'standby' || tag === 'spawned').length, 0, 'no standby');
});

test('a worker that fails in the middle stops the rollover, and what it had replaced comes back', () => {
  const play = started(2);
  play.save('b', true);
  bootNext(play, 2);
  play.send({ type: 'worker-cut', worker: ids(play, 1, 'cutting')[0]! });
  play.send(exit(ids(play, 2, 'spawned')[0]!));
  assert.equal(play.tags(), '1 live, 2 reverting');
  assert.equal(serving(play), 2, 'the new worker serves until an old one is back');
  bootNext(play, 1);
  assert.equal(play.tags(), '1 live, 2 draining');
  assert.deepEqual(ids(play, 1, 'live').length, 2);
  const [leaving] = ids(play, 2, 'cutting');
  play.send({ type: 'worker-cut', worker: leaving! }, { type: 'worker-drained', worker: leaving! }, exit(leaving!, 0));
  assert.equal(play.tags(), '1 live');
});

test('a first worker that fails changes nothing', () => {
  const play = started(2);
  play.save('b', true);
  play.send(exit(play.boot(2)));
  assert.equal(play.tags(), '1 live');
  assert.equal(play.kinds(), 'boot-failed discard');
  assert.equal(serving(play), 2);
});

test('what is asked for while it rolls comes after it', () => {
  const play = started(2);
  play.save('b', true);
  bootNext(play, 2);
  play.save('c', true);
  assert.equal(play.tags(), '1 live, 2 rolling, 3 waiting');
  play.send({ type: 'worker-cut', worker: ids(play, 1, 'cutting')[0]! });
  bootNext(play, 2);
  play.send({ type: 'worker-cut', worker: ids(play, 1, 'cutting')[0]! });
  assert.equal(play.tags(), '1 draining, 2 live, 3 booting');
});

test('an old worker that crashes while it rolls is replaced by a new one only', () => {
  const play = started(2);
  play.save('b', true);
  bootNext(play, 2);
  play.send({ type: 'worker-cut', worker: ids(play, 1, 'cutting')[0]! });
  play.send(exit(ids(play, 1, 'live')[0]!));
  assert.deepEqual(ids(play, 1, 'spawned'), []);
  bootNext(play, 2);
  assert.equal(play.tags(), '1 draining, 2 live');
});

test('a first build or boot that fails ends the run with 1', () => {
  const build = new Play({ mode: 'start' });
  build.send({ type: 'build-failed', errors: [] });
  const timer = build.effects.find((effect) => effect.type === 'timer');
  assert.ok(timer?.type === 'timer');
  build.send({ type: 'time', timer: timer.timer });
  for (const { id } of build.state.workers) build.send(exit(id, null));
  assert.deepEqual(build.effects.at(-1), { type: 'exit', code: 1 });

  const boot = new Play({ mode: 'start', workers: 2 });
  boot.built('a');
  boot.send(exit(boot.boot(1)));
  assert.equal(boot.kinds(), 'boot-failed kill discard');
  for (const { id } of boot.state.workers) boot.send(exit(id, null));
  assert.deepEqual(boot.effects.at(-1), { type: 'exit', code: 1 });
});

test('a script that is done ends the run with 0', () => {
  const play = new Play({ mode: 'start' });
  play.built('a');
  const worker = play.boot(1);
  play.send({ type: 'worker-evaluated', worker }, exit(worker, 0));
  assert.deepEqual(
    play.effects.find((effect) => effect.type === 'exit'),
    { type: 'exit', code: 0 },
  );
});

test('an app that crashes again and again is tried again after a while', () => {
  const play = started(1);
  for (let n = 0; n < 3; n += 1) {
    play.send(exit(play.state.workers[0]!.id));
    const timer = play.effects.find((effect) => effect.type === 'timer');
    if (timer?.type === 'timer' && n < 2) play.send({ type: 'time', timer: timer.timer });
    if (n < 2) bootNext(play, 1);
  }
  assert.equal(play.tags(), '1 down');
  play.send({ type: 'time', timer: { tag: 'respawn', generation: 1 } });
  assert.equal(play.tags(), '1 down, 2 booting');
  play.send(exit(play.boot(2)));
  assert.equal(play.tags(), '1 down');
  assert.match(play.kinds(), /timer/, 'and once more');
});

test('with a word to wait for, listening is not enough', () => {
  const play = new Play({ mode: 'start', readiness: 'said' });
  play.built('a');
  const worker = play.boot(1);
  play.send({ type: 'worker-listening', worker, key });
  assert.equal(play.tags(), '1 booting');
  play.send({ type: 'worker-said-ready', worker });
  assert.equal(play.tags(), '1 live');
});
