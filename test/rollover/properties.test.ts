import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Settings } from '../../dist/rollover/state.js';
import { type Kind, World } from './world.js';

/**
 * Sequences of anything that can happen, against the promises: see the assertions in world.ts. A run that fails is
 * printed with its seed and its shortest sequence.
 */
const runs = { numRuns: Number(process.env['RUNS'] ?? 1_500) };

const kinds: readonly Kind[] = ['good', 'two', 'slow', 'throws', 'exits', 'silent', 'flaky', 'unbuildable'];

type Action =
  | { readonly do: 'save'; readonly kind: Kind; readonly always: boolean }
  | { readonly do: 'touch'; readonly always: boolean }
  | { readonly do: 'next'; readonly which: number }
  | { readonly do: 'time' }
  | { readonly do: 'renew' | 'pause' | 'resume' | 'end-draining' }
  | { readonly do: 'halt' | 'worker-stale' | 'worker-unfit'; readonly which: number }
  | { readonly do: 'crash'; readonly which: number }
  | { readonly do: 'hang'; readonly which: number }
  | { readonly do: 'stop'; readonly force: boolean };

const which = fc.nat(1_000);
const save = fc.record({ do: fc.constant('save' as const), kind: fc.constantFrom(...kinds), always: fc.boolean() });
const calm = [
  { arbitrary: save, weight: 4 },
  { arbitrary: fc.record({ do: fc.constant('touch' as const), always: fc.boolean() }), weight: 1 },
  { arbitrary: fc.record({ do: fc.constant('next' as const), which }), weight: 24 },
  { arbitrary: fc.record({ do: fc.constant('time' as const) }), weight: 3 },
  { arbitrary: fc.record({ do: fc.constantFrom('renew', 'pause', 'resume', 'end-draining') }), weight: 2 },
  { arbitrary: fc.record({ do: fc.constantFrom('halt', 'worker-stale', 'worker-unfit'), which }), weight: 3 },
] as const;
const crash = { arbitrary: fc.record({ do: fc.constant('crash' as const), which }), weight: 3 };
const hang = { arbitrary: fc.record({ do: fc.constant('hang' as const), which }), weight: 2 };
const stop = { arbitrary: fc.record({ do: fc.constant('stop' as const), force: fc.boolean() }), weight: 1 };

const long = { minLength: 1, maxLength: 120 };
const settings: fc.Arbitrary<Settings> = fc.record({
  mode: fc.constantFrom('dev' as const, 'start' as const),
  readiness: fc.constant('listening' as const),
  workers: fc.integer({ min: 1, max: 4 }),
  boot: fc.constant(10_000),
  drain: fc.constant(30_000),
});

function play(world: World, actions: readonly Action[]): void {
  for (const action of actions) {
    if (world.exitCode !== null) return;
    switch (action.do) {
      case 'save':
        world.save(action.kind, action.always);
        break;
      case 'touch':
        world.touch(action.always);
        break;
      case 'next': {
        const all = world.next();
        all[action.which % Math.max(1, all.length)]?.();
        break;
      }
      case 'time':
        world.tick();
        break;
      case 'renew':
        world.renew();
        break;
      case 'pause':
        world.pause();
        break;
      case 'resume':
        world.resume();
        break;
      case 'end-draining':
        world.endDraining();
        break;
      case 'crash':
      case 'hang':
      case 'halt':
      case 'worker-stale':
      case 'worker-unfit': {
        const ids = [...world.processes.keys()];
        const id = ids[action.which % Math.max(1, ids.length)];
        if (id === undefined) break;
        if (action.do === 'hang') world.hang(id);
        else if (action.do === 'halt') world.halt(id);
        else if (action.do !== 'crash') world.refuse(id, action.do);
        else world.exit(id, action.which % 2 === 0 ? 1 : null);
        break;
      }
      case 'stop':
        world.stop(action.force);
    }
  }
}

/** `zdr start` has ended by itself because its first version could not run. */
const gaveUp = (world: World): boolean => world.settings.mode === 'start' && world.state.phase.tag !== 'running';

/** Nobody debugs any more, and saves are built. */
function calmDown(world: World): void {
  world.continueAll();
  world.resume();
}

function assertLive(world: World): void {
  const { hash } = world.disk;
  const live = world.state.generations.find(({ tag }) => tag === 'live');
  assert.equal(live?.bundle.hash, hash, 'the newest good build is live');
  assert.equal(world.accepting.length, world.settings.workers, 'all of its workers serve, and nobody else');
  for (const { generation } of world.accepting) assert.equal(generation, live?.id);
}

test('whatever is saved, and however it comes in between: the newest good version ends live', () => {
  fc.assert(
    fc.property(settings, fc.array(fc.oneof(...calm), long), (given, actions) => {
      const world = new World(given);
      play(world, actions);
      if (gaveUp(world)) return;
      calmDown(world);
      world.save('good');
      world.settle(120_000);
      if (!gaveUp(world)) assertLive(world);
    }),
    runs,
  );
});

test('whatever crashes or hangs: what is live gets all its workers again, the next good save goes live, and nobody else serves', () => {
  fc.assert(
    fc.property(settings, fc.array(fc.oneof(...calm, crash, hang), long), (given, actions) => {
      const world = new World(given);
      play(world, actions);
      calmDown(world);
      world.settle(120_000);
      if (gaveUp(world)) return;
      if (world.state.generations.some(({ tag }) => tag === 'live'))
        assert.ok(world.accepting.length + world.stuck >= given.workers, 'a worker is missing for ever');
      world.save('good', true);
      world.settle(120_000);
      if (!gaveUp(world)) assertLive(world);
    }),
    runs,
  );
});

test('a stop at any moment ends every worker and then zdr', () => {
  fc.assert(
    fc.property(settings, fc.array(fc.oneof(...calm, crash, hang, stop), long), (given, actions) => {
      const world = new World(given);
      play(world, actions);
      world.stop(false);
      world.settle(120_000);
      assert.equal(world.processes.size, 0);
      assert.notEqual(world.exitCode, null);
    }),
    runs,
  );
});
