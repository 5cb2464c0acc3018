import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Play, serving } from './play.js';

const key = 'tcp::3000';

/** #1 listens, and is not known to have all its addresses yet. */
function listening(workers = 1): { play: Play; first: number } {
  const play = new Play({ workers });
  play.built('a');
  const first = play.boot(1);
  play.send({ type: 'worker-listening', worker: first, key });
  assert.equal(play.tags(), '1 booting');
  return { play, first };
}

test('a save while the first generation listens and is not ready: it serves, and is cut like any other', () => {
  const { play, first } = listening();
  play.save('b');
  assert.equal(play.tags(), '1 live, 2 booting');
  assert.ok(!play.effects.some(({ type }) => type === 'kill'));
  const second = play.listen(2);
  assert.equal(play.tags(), '1 live, 2 taking');
  assert.deepEqual(
    play.effects.find(({ type }) => type === 'cut'),
    { type: 'cut', worker: first, move: true },
  );
  play.send({ type: 'worker-cut', worker: first });
  assert.equal(play.tags(), '1 draining, 2 live');
  assert.notEqual(second, first);
});

test('one that says it needs time serves as well, and stays where the save cannot run', () => {
  const { play, first } = listening();
  play.send({ type: 'worker-holds', worker: first, held: true });
  play.save('b');
  const second = play.boot(2);
  play.send({ type: 'worker-exited', worker: second, exit: { code: 1, signal: null } });
  assert.match(play.kinds(), /boot-failed/);
  assert.equal(play.tags(), '1 live');
});

test('of several workers the first listens alone: they give way', () => {
  const { play } = listening(3);
  play.save('b');
  assert.equal(play.tags(), '2 booting');
});

test('a stop finishes what it answers', () => {
  const { play, first } = listening();
  play.send({ type: 'stop', force: false });
  const told = play.effects.flatMap((effect) => ('worker' in effect && effect.worker === first ? effect.type : []));
  assert.deepEqual(told, ['go', 'cut', 'end']);
});

test('without an address of its own it gives way, and so does one beside what serves', () => {
  const play = new Play();
  play.built('a');
  play.boot(1);
  play.save('b');
  assert.equal(play.tags(), '2 booting');

  const { play: other } = serving();
  other.save('b');
  const second = other.boot(2);
  other.send({ type: 'worker-holds', worker: second, held: true }, { type: 'worker-listening', worker: second, key });
  other.save('c');
  assert.equal(other.tags(), '1 live, 3 booting');
});
