import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Play, serving, settings } from './play.js';

test('an app that needs time takes over once it listens and needs no more', () => {
  const { play, first } = serving();
  play.save('b');
  const second = play.boot(2);
  play.send({ type: 'worker-holds', worker: second, held: true });
  play.listen(2);
  play.send({ type: 'worker-evaluated', worker: second }, { type: 'time', timer: { tag: 'settled', worker: second } });
  assert.equal(play.tags(), '1 live, 2 booting');
  play.send({ type: 'worker-holds', worker: second, held: false });
  assert.equal(play.tags(), '1 live, 2 taking');
  play.send({ type: 'worker-cut', worker: first });
  assert.equal(play.tags(), '1 draining, 2 live');
});

test('one that needs no more before it listens waits for that', () => {
  const { play } = serving();
  play.save('b');
  const second = play.boot(2);
  play.send(
    { type: 'worker-holds', worker: second, held: true },
    { type: 'worker-holds', worker: second, held: false },
  );
  assert.equal(play.tags(), '1 live, 2 booting');
  play.listen(2);
  assert.equal(play.tags(), '1 live, 2 taking');
});

test('its time is that of every boot where something serves; the first one is waited for', () => {
  const { play } = serving();
  play.save('b');
  const second = play.boot(2);
  play.send(
    { type: 'worker-holds', worker: second, held: true },
    { type: 'time', timer: { tag: 'boot', generation: 2 } },
    { type: 'worker-probed', worker: second },
  );
  assert.match(play.kinds(), /boot-failed/);
  assert.equal(play.tags(), '1 live');

  const fresh = new Play();
  fresh.built('a');
  const first = fresh.boot(1);
  fresh.send(
    { type: 'worker-holds', worker: first, held: true },
    { type: 'time', timer: { tag: 'boot', generation: 1 } },
    { type: 'worker-probed', worker: first },
  );
  assert.equal(fresh.tags(), '1 booting');
});

test('other settings hold for the next generation', () => {
  const { play } = serving();
  play.send({ type: 'settings', settings: { ...settings, workers: 2 } });
  play.save('b');
  play.listen(2);
  assert.equal(play.tags(), '1 live, 2 booting');
  assert.equal(play.state.workers.filter((worker) => 'generation' in worker && worker.generation === 2).length, 2);
});
