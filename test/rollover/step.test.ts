import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Effect } from '../../dist/rollover/effects.js';
import { initial, step } from '../../dist/rollover/step.js';
import { Play, serving, settings } from './play.js';

/** The boot has lasted too long, and nobody has answered since. */
const lateOf = (generation: number) =>
  [
    { type: 'time', timer: { tag: 'boot', generation } },
    { type: 'time', timer: { tag: 'probe', generation } },
  ] as const;

const exit = (worker: number, code: number | null = 1, signal: string | null = null) =>
  ({ type: 'worker-exited', worker, exit: { code, signal } }) as const;

test('the start forks and builds at once; the first generation is live when it listens', () => {
  const play = new Play();
  assert.equal(play.kinds(), 'fork build');
  play.built('a');
  assert.equal(play.tags(), '1 booting');
  play.listen(1);
  assert.equal(play.tags(), '1 live');
  assert.equal(play.kinds(), 'route go live timer');
});

test('a new generation is live only after the old one has confirmed that it accepts nothing more', () => {
  const { play, first } = serving();
  play.save('b');
  const second = play.listen(2);
  assert.equal(play.tags(), '1 live, 2 taking');
  assert.equal(play.kinds(), 'route cut timer');
  // An old worker that computes for a moment is waited for.
  const cut = { type: 'timer', ms: 1_000, timer: { tag: 'cut', generation: 2 } };
  assert.deepEqual(play.effects.at(-1), cut);
  play.send({ type: 'worker-cut', worker: first });
  assert.equal(play.tags(), '1 draining, 2 live');
  assert.deepEqual(
    play.effects.find((effect) => effect.type === 'go'),
    { type: 'go', worker: second },
  );
});

test('an old worker that does not confirm in time does not hold up the new generation, and is killed later', () => {
  const { play, first } = serving();
  play.save('b');
  play.listen(2);
  play.send({ type: 'time', timer: { tag: 'cut', generation: 2 } });
  assert.equal(play.tags(), '1 draining, 2 live');
  play.send({ type: 'time', timer: { tag: 'stuck', worker: first } });
  assert.deepEqual(play.effects, [{ type: 'kill', worker: first }]);
});

test('the time to boot begins when a process has the app, and one that is never started fails the boot', () => {
  const armed = (play: Play): string =>
    play.effects.flatMap((effect) => (effect.type === 'timer' ? [effect.timer.tag] : [])).join(' ');
  const play = new Play();
  play.built('a');
  assert.equal(armed(play), 'start');
  play.boot(1);
  assert.equal(armed(play), 'boot');
  play.send({ type: 'time', timer: { tag: 'start', generation: 1 } });
  assert.equal(play.tags(), '1 booting');

  const slow = new Play();
  slow.built('a');
  slow.send({ type: 'time', timer: { tag: 'start', generation: 1 } });
  assert.equal(slow.kinds(), 'kill fork timer', 'another process gets a chance, once');
  slow.send(
    { type: 'time', timer: { tag: 'boot', generation: 1 } },
    { type: 'time', timer: { tag: 'probe', generation: 1 } },
  );
  assert.match(slow.kinds(), /boot-failed/);
});

test('an old generation ends when it has drained, and its bundle with it', () => {
  const { play, first } = serving();
  play.save('b');
  play.listen(2);
  play.send({ type: 'worker-cut', worker: first }, { type: 'worker-drained', worker: first });
  assert.equal(play.kinds(), 'terminate timer');
  play.send(exit(first, null, 'SIGTERM'));
  assert.equal(play.tags(), '2 live');
  assert.equal(play.kinds(), 'drained discard');
  assert.deepEqual(play.effects.at(-1), { type: 'discard', bundle: { file: '/cache/a.mjs', hash: 'a' } });
});

test('the same bundle is no rollover, unless something beside it changed', () => {
  const { play } = serving();
  play.save('a');
  assert.equal(play.kinds(), 'unchanged');
  play.save('a', true);
  assert.equal(play.tags(), '1 live, 2 booting');
});

test('changes during a build are built once more, together, and the outdated result is dropped', () => {
  const { play } = serving();
  play.send(
    { type: 'changed', paths: ['/1'], always: false },
    { type: 'changed', paths: ['/2'], always: false },
    { type: 'changed', paths: ['/3'], always: false },
  );
  assert.equal(play.kinds(), '');
  play.built('b');
  assert.equal(play.kinds(), 'build discard');
  play.built('c');
  assert.equal(play.tags(), '1 live, 2 booting');
  assert.deepEqual(play.state.generations[1]?.changes.paths, ['/1', '/2', '/3']);
});

test('a newer build takes the place of one that still boots', () => {
  const { play } = serving();
  play.save('b');
  const second = play.boot(2);
  play.save('c');
  assert.equal(play.tags(), '1 live, 3 booting');
  assert.ok(play.effects.some((effect) => effect.type === 'kill' && effect.worker === second));
});

test('back to what serves while a newer one boots: the newer one is dropped', () => {
  const { play } = serving();
  play.save('b');
  play.save('a');
  assert.equal(play.tags(), '1 live');
});

for (const [name, fail] of [
  [
    'throws',
    (play: Play, worker: number) =>
      play.send({
        type: 'worker-failed',
        worker,
        error: { name: 'Error', message: '', code: null, text: '', holder: null },
      }),
  ],
  ['exits with 0', (play: Play, worker: number) => play.send({ type: 'worker-begun', worker }, exit(worker, 0))],
  ['exits with 1', (play: Play, worker: number) => play.send({ type: 'worker-begun', worker }, exit(worker, 1))],
  [
    'neither listens nor turns',
    (play: Play, worker: number) => {
      play.send(
        { type: 'worker-begun', worker },
        { type: 'time', timer: { tag: 'boot', generation: 2 } },
        { type: 'time', timer: { tag: 'probe', generation: 2 } },
      );
    },
  ],
  [
    'does not listen',
    (play: Play, worker: number) => {
      play.send({ type: 'time', timer: { tag: 'boot', generation: 2 } }, { type: 'worker-probed', worker });
    },
  ],
] as const) {
  test(`a new generation that ${name} while booting leaves the live one alone`, () => {
    const { play } = serving();
    play.save('b');
    fail(play, play.boot(2));
    assert.equal(play.tags(), '1 live');
    assert.match(play.kinds(), /boot-failed/);
    play.save('c');
    play.listen(3);
    assert.equal(play.tags(), '1 live, 3 taking');
  });
}

test('a save while a server is respawned, for code that never listens: it stays a server', () => {
  const { play, first } = serving();
  play.send(exit(first, null, 'SIGKILL'));
  play.save('b');
  assert.equal(play.tags(), '1 live, 2 booting', 'it is not stopped for the new one');
  const next = play.boot(2);
  play.send({ type: 'worker-begun', worker: next });
  play.send({ type: 'time', timer: { tag: 'boot', generation: 2 } }, { type: 'worker-probed', worker: next });
  assert.equal(play.tags(), '1 live');
  assert.match(play.kinds(), /boot-failed/);
});

test('a crash while newer code boots: what comes back is the code that served', () => {
  const { play, first } = serving();
  play.save('b');
  play.boot(2);
  play.send({ type: 'time', timer: { tag: 'refill' } });
  for (const { id, tag } of play.state.workers)
    if (tag === 'spawned') play.send({ type: 'worker-standby', worker: id });
  const load = play.send(exit(first, null, 'SIGKILL')).find((effect) => effect.type === 'load');
  assert.ok(load?.type === 'load' && load.generation === 1);
  assert.match(load.bundle.file, /\/a\./);
});

test('a process that never comes up gives way to another, once', () => {
  const play = new Play();
  play.built('a');
  const late = lateOf(1);
  play.send(...late);
  assert.equal(play.kinds(), 'kill fork timer');
  play.send(exit(1, null, 'SIGKILL'), ...late);
  assert.match(play.kinds(), /boot-failed/);
  play.save('b');
  play.listen(2);
  assert.equal(play.tags(), '2 live');
});

test('a standby that never takes the app gives way to a new process, once', () => {
  const { play } = serving();
  play.save('b');
  const hung = play.boot(2);
  const late = lateOf(2);
  play.send(...late);
  assert.equal(play.kinds(), 'kill fork timer');
  play.send(exit(hung, null, 'SIGKILL'));
  assert.equal(play.tags(), '1 live, 2 booting');
  const next = play.state.workers.find((worker) => worker.tag === 'spawned' && worker.generation === 2);
  play.send({ type: 'worker-standby', worker: next!.id }, ...late);
  assert.equal(play.tags(), '1 live');
  assert.match(play.kinds(), /boot-failed/);
});

test('several standbys that never take the app each give way to a new process', () => {
  const play = new Play({ workers: 2 });
  const bring = (key: string | null): void => {
    for (const { id, tag } of play.state.workers) {
      if (tag === 'spawned') play.send({ type: 'worker-standby', worker: id });
      if (tag === 'booting' && key !== null) play.send({ type: 'worker-listening', worker: id, key });
    }
  };
  play.built('a');
  play.listen(1);
  bring('tcp::3000');
  bring('tcp::3000');
  assert.equal(play.tags(), '1 live');
  play.send({ type: 'time', timer: { tag: 'refill' } });
  bring(null);
  play.save('b');
  const late = lateOf(2);
  play.send(...late);
  assert.equal(play.kinds(), 'kill fork timer');
  const hung = play.state.workers.find(({ tag }) => tag === 'killed');
  play.send(exit(hung!.id, null, 'SIGKILL'));
  const next = play.state.workers.find((worker) => worker.tag === 'spawned' && worker.generation === 2);
  play.send({ type: 'worker-standby', worker: next!.id }, { type: 'worker-begun', worker: next!.id });
  play.send({ type: 'worker-listening', worker: next!.id, key: 'tcp::3000' });
  play.send(...late);
  assert.equal(play.kinds(), 'kill fork timer', 'the second one hangs as well');
  assert.equal(play.tags(), '1 live, 2 booting');
});

test('a standby that is dead before it has the app gives way to a new process, and the app has not failed', () => {
  const { play } = serving();
  play.save('b');
  play.send(exit(play.boot(2), null, 'SIGKILL'));
  assert.equal(play.kinds(), 'fork');
  assert.equal(play.tags(), '1 live, 2 booting');
  play.send(exit(play.boot(2), null, 'SIGKILL'));
  assert.match(play.kinds(), /boot-failed/, 'a process that has just booted has the app');
  const { play: other, first } = serving();
  other.send(exit(first, null, 'SIGKILL'));
  const standby = other.boot(1);
  other.send(exit(standby, null, 'SIGKILL'));
  assert.equal(other.kinds(), 'fork', 'nor has it crashed');
});

test('a process that is killed before it is up gives way to another, once', () => {
  const { play } = serving();
  const standby = play.state.workers.find(({ tag }) => tag === 'standby');
  play.send(exit(standby!.id, null, 'SIGKILL'));
  const spawned = () => play.state.workers.find((worker) => worker.tag === 'spawned' && worker.generation === 2);
  play.save('b');
  play.send(exit(spawned()!.id, null, 'SIGKILL'));
  assert.equal(play.kinds(), 'fork');
  assert.equal(play.tags(), '1 live, 2 booting');
  play.send(exit(spawned()!.id, null, 'SIGKILL'));
  assert.match(play.kinds(), /boot-failed/);
  const { play: other } = serving();
  other.send(exit(other.state.workers.find(({ tag }) => tag === 'standby')!.id, null, 'SIGKILL'));
  other.save('b');
  const worker = other.state.workers.find(({ tag }) => tag === 'spawned');
  other.send(exit(worker!.id, 9));
  assert.match(other.kinds(), /boot-failed/, 'one that ends by itself has a reason, such as a flag');
});

test('a process that nobody waits for is started as one', () => {
  const idle = (play: Play): string =>
    play.effects.flatMap((effect) => (effect.type === 'fork' ? [effect.idle] : [])).join(' ');
  const standby = (play: Play): number => play.state.workers.find(({ tag }) => tag === 'standby')!.id;
  const play = new Play();
  assert.equal(idle(play), 'false', 'the first one');
  play.built('a');
  play.listen(1);
  play.send({ type: 'time', timer: { tag: 'refill' } });
  assert.equal(idle(play), 'true', 'a standby');
  const { play: stale } = serving();
  stale.send({ type: 'worker-stale', worker: standby(stale) });
  assert.equal(idle(stale), 'true', 'in the place of a standby');
  stale.save('b');
  stale.send({ type: 'worker-stale', worker: stale.boot(2) });
  assert.equal(idle(stale), 'false', 'in the place of one that had the app');
  const { play: hung } = serving();
  hung.send(exit(standby(hung), null, 'SIGKILL'), { type: 'time', timer: { tag: 'refill' } });
  const worker = hung.state.workers.find(({ tag }) => tag === 'spawned')!.id;
  hung.send({ type: 'time', timer: { tag: 'up', worker } });
  assert.equal(idle(hung), 'true', 'in the place of a standby that never came up');
});

test('a process that is not up after 30 s is replaced, whether it was to wait or to be the app', () => {
  const [, effects] = step(initial(settings), { type: 'started', at: 0 });
  const up = { type: 'timer', timer: { tag: 'up', worker: 1 }, ms: 30_000 } as const;
  assert.deepEqual(effects.slice(0, 2), [{ type: 'fork', worker: 1, idle: false }, up]);
  const { play, first } = serving();
  const waiting = play.state.workers.find(({ tag }) => tag === 'standby');
  play.send(exit(waiting!.id, null, 'SIGKILL'), exit(first, null, 'SIGKILL'));
  const hung = play.state.workers.find(({ tag }) => tag === 'spawned');
  play.send({ type: 'time', timer: { tag: 'up', worker: hung!.id } });
  assert.equal(play.kinds(), 'kill fork');
  assert.equal(play.listen(1) > hung!.id, true);
  assert.match(play.kinds(), /^go/);
  play.send({ type: 'time', timer: { tag: 'refill' } });
  const idle = play.state.workers.find(({ tag }) => tag === 'spawned');
  play.send({ type: 'time', timer: { tag: 'up', worker: idle!.id } });
  assert.equal(play.kinds(), 'kill fork');
});

test('a build that fails changes nothing', () => {
  const { play } = serving();
  const before = play.state.generations;
  play.send({ type: 'changed', paths: [], always: false }, { type: 'build-failed', errors: [] });
  assert.equal(play.kinds(), 'timer');
  const [timer] = play.effects;
  assert.ok(timer?.type === 'timer');
  play.send({ type: 'time', timer: timer.timer });
  assert.equal(play.kinds(), 'build-failed');
  assert.equal(play.state.generations, before);
});

test('a failure that the next change follows at once is not worth a word', () => {
  const { play } = serving();
  play.send({ type: 'changed', paths: [], always: false }, { type: 'build-failed', errors: [] });
  const [timer] = play.effects;
  assert.ok(timer?.type === 'timer');
  play.save('b');
  play.send({ type: 'time', timer: timer.timer });
  assert.equal(play.kinds(), '');
});

test('a crash is respawned at once, then after a pause, and the third in 10 s waits for an edit', () => {
  const { play, first } = serving();
  play.send(exit(first, null, 'SIGSEGV'));
  assert.match(play.kinds(), /^crashed load/);
  const second = play.listen(1);
  assert.match(play.kinds(), /^go timer respawned/);
  play.send(exit(second));
  assert.equal(play.kinds(), 'crashed timer');
  play.send({ type: 'time', timer: { tag: 'respawn', generation: 1 } });
  play.send(exit(play.listen(1)));
  assert.match(play.kinds(), /^crashed/);
  assert.equal(play.tags(), '1 down');
  play.save('a');
  assert.equal(play.tags(), '1 down, 2 booting', 'an edit boots again, even to the same bundle');
  play.listen(2);
  assert.match(play.tags(), /2 live$/);
});

test('the new worker dies after the old one was cut: it is replaced, with the same bundle', () => {
  const { play, first } = serving();
  play.save('b');
  play.send(exit(play.listen(2)));
  assert.match(play.kinds(), /fork|load/);
  play.send({ type: 'worker-cut', worker: first });
  assert.equal(play.tags(), '1 draining, 2 live');
  play.listen(2);
  assert.match(play.kinds(), /^go timer respawned/);
});

test('a save while the worker that died as it took over is replaced: it stays a server', () => {
  const { play, first } = serving();
  play.save('b');
  play.send(exit(play.listen(2)));
  play.send({ type: 'time', timer: { tag: 'cut', generation: 2 } });
  assert.equal(play.tags(), '1 draining, 2 live');
  play.save('c');
  assert.equal(play.tags(), '1 draining, 2 live, 3 booting', '#2 is not ended for the new one');
  const next = play.boot(3);
  play.send({ type: 'worker-listening', worker: next, key: 'tcp::4000' });
  assert.equal(play.tags(), '1 draining, 2 live, 3 booting', 'it has yet to listen on what #2 did');
  play.listen(3);
  play.send({ type: 'worker-cut', worker: first });
  assert.match(play.tags(), /3 live$/);
});

test('a worker of a generation that takes over is replaced when it never listens', () => {
  const { play } = serving();
  play.save('b');
  play.send(exit(play.listen(2)));
  const again = play.boot(2);
  const armed = play.effects.flatMap((effect) => (effect.type === 'timer' ? [effect.timer] : []));
  assert.deepEqual(armed, [{ tag: 'revive', worker: again }]);
  play.send(
    { type: 'time', timer: { tag: 'cut', generation: 2 } },
    { type: 'time', timer: { tag: 'revive', worker: again } },
  );
  assert.match(play.kinds(), /^kill/);
  play.send(exit(again, null, 'SIGKILL'));
  play.listen(2);
  assert.match(play.kinds(), /^go/);
});

test('an app without a server: the old one ends first, then the new one starts', () => {
  const play = new Play();
  play.built('a');
  const first = play.boot(1);
  play.send({ type: 'worker-evaluated', worker: first }, { type: 'time', timer: { tag: 'settled', worker: first } });
  assert.equal(play.tags(), '1 live');
  play.save('b');
  assert.equal(play.tags(), '1 retiring, 2 waiting');
  assert.match(play.kinds(), /terminate/);
  play.send(exit(first, 0));
  assert.equal(play.tags(), '2 booting');
});

test('a script that ends with 0 is done, and runs again after an edit', () => {
  const play = new Play();
  play.built('a');
  play.send(exit(play.boot(1), 0));
  assert.equal(play.tags(), '1 done');
  assert.equal(play.kinds(), 'done');
  play.save('b');
  assert.equal(play.tags(), '2 booting');
});

test('several workers: the others boot when the first has bound the addresses; all go live together', () => {
  const play = new Play({ workers: 3 });
  play.built('a');
  play.listen(1);
  assert.equal(play.tags(), '1 booting');
  for (const worker of play.state.workers) {
    if (worker.tag === 'spawned') play.send({ type: 'worker-standby', worker: worker.id });
  }
  for (const worker of play.state.workers) {
    if (worker.tag === 'booting') play.send({ type: 'worker-listening', worker: worker.id, key: 'tcp::3000' });
  }
  assert.equal(play.tags(), '1 live');
  assert.equal(play.effects.filter((effect) => effect.type === 'go').length, 3);
});

test('at most 8 generations drain; the oldest gives way', () => {
  const { play, first } = serving();
  let live = first;
  for (let n = 2; n <= 10; n += 1) {
    play.save(`v${n}`);
    const next = play.listen(n);
    play.send({ type: 'worker-cut', worker: live });
    live = next;
  }
  assert.equal(play.state.generations.filter(({ tag }) => tag === 'draining').length, 8);
  assert.ok(play.tags().startsWith('1 retiring'));
});

test('generations that only carry what newer code answers do not count', () => {
  const { play, first } = serving();
  let live = first;
  for (let n = 2; n <= 20; n += 1) {
    play.save(`v${n}`);
    const next = play.listen(n);
    play.send({ type: 'worker-cut', worker: live }, { type: 'worker-relays', worker: live });
    live = next;
  }
  assert.equal(play.state.generations.filter(({ tag }) => tag === 'draining').length, 19);
  for (let n = 21; n <= 40; n += 1) {
    play.save(`v${n}`);
    const next = play.listen(n);
    play.send({ type: 'worker-cut', worker: live }, { type: 'worker-relays', worker: live });
    live = next;
  }
  assert.equal(play.state.generations.filter(({ tag }) => tag === 'draining').length, 32);
});

test('a stop finishes what is open, a forced one does not', () => {
  const { play, first } = serving();
  play.send({ type: 'stop', force: false });
  assert.match(play.kinds(), /cut end/);
  play.send({ type: 'worker-cut', worker: first }, { type: 'worker-drained', worker: first });
  for (const { id } of play.state.workers) play.send(exit(id, 0));
  assert.match(play.kinds(), /^stopped exit/);

  const other = serving().play;
  other.send({ type: 'stop', force: true });
  assert.ok(other.state.workers.every(({ tag }) => tag === 'killed'));
});

test('what happens to a worker that is gone leads to nothing', () => {
  const { play, first } = serving();
  play.send(exit(99), { type: 'worker-cut', worker: 99 }, { type: 'time', timer: { tag: 'retire', worker: 99 } });
  assert.deepEqual(play.effects, []);
  assert.equal(play.tags(), '1 live');
  assert.ok(first > 0);
});

test('a worker that is not what a cold start would be is replaced by one that is started for its generation', () => {
  const { play } = serving();
  play.save('b');
  const stale = play.boot(2);
  play.send({ type: 'worker-listening', worker: stale, key: 'tcp::9999' }, { type: 'worker-stale', worker: stale });
  assert.equal(play.kinds(), 'kill fork');
  assert.equal(play.tags(), '1 live, 2 booting');
  play.send(exit(stale, null, 'SIGKILL'));
  assert.equal(play.tags(), '1 live, 2 booting', 'its end is no failure');
  assert.notEqual(play.boot(2), stale);
  play.listen(2);
  assert.equal(play.tags(), '1 live, 2 taking');
});

test('a stale worker of a generation that takes over already is replaced, too', () => {
  const { play, first } = serving();
  play.save('b');
  const stale = play.listen(2);
  assert.equal(play.tags(), '1 live, 2 taking');
  play.send({ type: 'worker-stale', worker: stale });
  assert.equal(play.kinds(), 'kill fork');
  play.send(exit(stale, null, 'SIGKILL'), { type: 'worker-cut', worker: first });
  play.listen(2);
  assert.equal(play.tags(), '1 draining, 2 live');
});

test('a stale standby is replaced by another one', () => {
  const { play } = serving();
  const standby = play.state.workers.find(({ tag }) => tag === 'standby')!;
  play.send({ type: 'worker-stale', worker: standby.id });
  assert.equal(play.kinds(), 'kill fork');
  play.send(exit(standby.id, null, 'SIGKILL'));
  assert.equal(play.tags(), '1 live');
});

test('what a debugger holds has no deadline; its time begins anew when it goes on', () => {
  const { play, first } = serving({ boot: 1_000, drain: 2_000 });
  play.save('b');
  const second = play.boot(2);
  play.send({ type: 'worker-halted', worker: second });
  const boot = { type: 'time', timer: { tag: 'boot', generation: 2 } } as const;
  assert.deepEqual(play.send(boot), [{ type: 'timer', timer: boot.timer, ms: 1_000 }]);
  play.send({ type: 'worker-continued', worker: second });
  assert.deepEqual(play.send(boot), [{ type: 'timer', timer: boot.timer, ms: 990 }]);
  play.listen(2);
  play.send({ type: 'worker-halted', worker: first });
  assert.equal(play.tags(), '1 draining, 2 live', 'it cannot confirm, and is not waited for');
  for (const timer of [
    { tag: 'drain', generation: 1 },
    { tag: 'stuck', worker: first },
  ] as const) {
    const ms = timer.tag === 'drain' ? 2_000 : 1_000;
    assert.deepEqual(play.send({ type: 'time', timer }), [{ type: 'timer', timer, ms }]);
  }
  play.send({ type: 'worker-continued', worker: first }, { type: 'worker-cut', worker: first });
  play.send({ type: 'worker-drained', worker: first });
  assert.equal(play.kinds(), 'terminate timer');
});

test('too many old generations: one that a debugger holds does not give way', () => {
  const { play, first } = serving();
  play.send({ type: 'worker-halted', worker: first });
  for (let n = 2; n <= 11; n += 1) {
    play.save(`v${n}`);
    const worker = play.listen(n);
    play.send(
      ...play.state.workers.flatMap(({ id, tag }) =>
        tag === 'cutting' ? ({ type: 'worker-cut', worker: id } as const) : [],
      ),
    );
    assert.ok(
      play.state.workers.some(({ id, tag }) => id === worker && tag === 'live'),
      play.tags(),
    );
  }
  assert.match(play.tags(), /^1 draining, 2 retiring/);
});

test('a stop does not wait for a debugger', () => {
  const { play, first } = serving();
  play.send({ type: 'worker-halted', worker: first }, { type: 'stop', force: false });
  const stuck = { type: 'time', timer: { tag: 'stuck', worker: first } } as const;
  assert.deepEqual(play.send(stuck), [{ type: 'kill', worker: first }]);
});

/** A save so many ms after the last event, and its build. */
function saveAfter(play: Play, ms: number, name: string): readonly Effect[] {
  play.wait(ms - 1_000);
  return play.save(name);
}

const idle = (play: Play): number =>
  play.state.workers.filter((worker) => worker.tag === 'standby' || (worker.tag === 'spawned' && !worker.generation))
    .length;

test('in a series of saves the last standby is kept for the last one', () => {
  const { play } = serving();
  play.save('b');
  saveAfter(play, 20, 'c');
  assert.equal(play.tags(), '1 live, 3 waiting');
  saveAfter(play, 20, 'd');
  assert.equal(play.tags(), '1 live, 4 waiting');
  play.wait(20);
  play.send({ type: 'time', timer: { tag: 'pause' } });
  assert.equal(play.tags(), '1 live, 4 booting');
});

test('a save while a process is respawned is not held back for ever', () => {
  const play = new Play();
  play.built('a');
  const first = play.listen(1);
  play.send(exit(first));
  play.send({ type: 'changed', paths: ['/src/app.ts'], always: false });
  // The process that comes back is younger than the save, and no series has begun.
  play.boot(1);
  const timers = play.built('b').flatMap((effect) => (effect.type === 'timer' ? effect.timer.tag : []));
  assert.equal(play.tags(), '1 live, 2 waiting');
  assert.ok(timers.includes('pause'), 'somebody looks again');
  play.wait(5);
  play.send({ type: 'time', timer: { tag: 'pause' } });
  assert.equal(play.tags(), '1 live, 2 booting');
});

test('a save after a moment is not held back', () => {
  const { play } = serving();
  play.save('b');
  saveAfter(play, 400, 'c');
  assert.equal(play.tags(), '1 live, 3 booting');
});

const pauses = (effects: readonly Effect[]): readonly number[] =>
  effects.flatMap((effect) => (effect.type === 'timer' && effect.timer.tag === 'pause' ? effect.ms : []));

test('in a series of saves one timer waits for the pause', () => {
  const { play } = serving();
  play.save('b');
  const first = saveAfter(play, 20, 'c');
  assert.deepEqual(pauses(first), [25]);
  // 4 ms later each, and built at once.
  for (const name of ['d', 'e', 'f']) {
    play.wait(-6);
    assert.deepEqual(pauses(saveAfter(play, -6, name)), []);
    assert.equal(pauses(play.send({ type: 'time', timer: { tag: 'pause' } })).length, 0, 'another one is on its way');
    play.wait(-10);
  }
});

test('a series is not over when the timer is late: what was saved meanwhile has not been heard yet', () => {
  const { play } = serving();
  play.save('b');
  saveAfter(play, 20, 'c');
  play.wait(60);
  const late = play.send({ type: 'time', timer: { tag: 'pause' } });
  assert.equal(play.tags(), '1 live, 3 waiting');
  assert.deepEqual(pauses(late), [5]);
  saveAfter(play, 3, 'd');
  assert.equal(play.tags(), '1 live, 4 waiting');
  play.wait(15);
  play.send({ type: 'time', timer: { tag: 'pause' } });
  assert.equal(play.tags(), '1 live, 4 booting');
});

test('a process that was begun for nothing is made up for', () => {
  const { play } = serving();
  play.save('b');
  saveAfter(play, 400, 'c');
  play.send({ type: 'time', timer: { tag: 'refill' } });
  assert.equal(play.tags(), '1 live, 3 booting');
  const before = idle(play);
  for (const worker of play.state.workers) play.send({ type: 'worker-standby', worker: worker.id });
  const effects = saveAfter(play, 400, 'd');
  assert.ok(effects.some((effect) => effect.type === 'kill'));
  assert.ok(effects.some((effect) => effect.type === 'timer' && effect.timer.tag === 'refill'));
  play.send({ type: 'time', timer: { tag: 'refill' } });
  assert.ok(idle(play) >= before);
});

test('after a series a second standby is kept for a while, and then ended', () => {
  const { play, first } = serving();
  play.save('b');
  saveAfter(play, 20, 'c');
  play.wait(20);
  play.send({ type: 'time', timer: { tag: 'pause' } });
  play.listen(3);
  play.send({ type: 'worker-cut', worker: first }, { type: 'time', timer: { tag: 'refill' } });
  assert.equal(idle(play), 2);
  for (const worker of play.state.workers) play.send({ type: 'worker-standby', worker: worker.id });
  saveAfter(play, 20, 'd');
  assert.match(play.tags(), /4 booting/, 'not held back: there is another one');
  play.wait(300_000);
  play.send({ type: 'time', timer: { tag: 'refill' } }, { type: 'time', timer: { tag: 'calm' } });
  assert.equal(idle(play), 1);
});

test('a boot that failed, and a respawn, leave a standby behind', () => {
  const { play, first } = serving();
  play.save('b');
  play.send(exit(play.boot(2)));
  play.send({ type: 'time', timer: { tag: 'refill' } });
  assert.equal(idle(play), 1);
  for (const worker of play.state.workers) play.send({ type: 'worker-standby', worker: worker.id });
  play.send(exit(first));
  play.listen(1);
  play.send({ type: 'time', timer: { tag: 'refill' } });
  assert.equal(idle(play), 1);
});

test('with several workers there is a standby for each', () => {
  const play = new Play({ workers: 3 });
  play.built('a');
  play.listen(1);
  for (const { id, tag } of play.state.workers)
    if (tag === 'spawned') play.send({ type: 'worker-standby', worker: id });
  for (const { id, tag } of play.state.workers)
    if (tag === 'booting') play.send({ type: 'worker-listening', worker: id, key: 'tcp::3000' });
  assert.equal(play.tags(), '1 live');
  assert.equal(idle(play), 0);
  play.send({ type: 'time', timer: { tag: 'refill' } });
  assert.equal(idle(play), 3);
});
