import assert from 'node:assert/strict';
import type { Effect } from '../../dist/rollover/effects.js';
import type { Happening, Timer } from '../../dist/rollover/events.js';
import { isPointless } from '../../dist/rollover/pointless.js';
import type { Settings, State } from '../../dist/rollover/state.js';
import { initial, step } from '../../dist/rollover/step.js';

/**
 * What a version of the app does when it is loaded. `slow`: it says that it needs time; `flaky`: its first worker boots,
 * the others throw.
 */
export type Kind = 'good' | 'two' | 'slow' | 'throws' | 'exits' | 'silent' | 'script' | 'flaky' | 'unbuildable';

/** What a process of the world is to do next by itself. */
interface Process {
  readonly id: number;
  /** `over`: nothing of the app runs any more, and it waits to be killed. */
  phase: 'starting' | 'standby' | 'app' | 'holding' | 'failed' | 'over';
  generation: number | null;
  kind: Kind;
  file: string | null;
  /** What the app has yet to listen on. */
  wants: string[];
  evaluated: boolean;
  /** It has not listened on anything. */
  fresh: boolean;
  accepts: boolean;
  /** The app needs time. */
  held: boolean;
  /** A debugger holds it. */
  halted: boolean;
  probed: boolean;
  cut: 'no' | 'asked' | 'confirmed' | 'relays' | 'drained';
  ending: 'no' | 'asked' | 'killed';
  /** It does nothing more by itself; `serving`: and had clients. */
  hung: 'no' | 'yes' | 'serving';
}

interface Armed {
  readonly at: number;
  readonly timer: Timer;
}

/**
 * All that the rollover works on, played: processes, builds, a clock. It carries out effects and fails the test at one
 * that breaks a promise. What happens next is chosen by whoever plays.
 */
export class World {
  readonly settings: Settings;
  state: State;
  exitCode: number | null = null;
  disk: { readonly hash: string; readonly kind: Kind } = { hash: 'v0', kind: 'good' };
  /** A process ended that nobody had told to. */
  crashed = false;
  readonly processes = new Map<number, Process>();
  readonly #kinds = new Map<string, Kind>();
  readonly #bundles = new Map<number, string>();
  readonly #gone = new Set<number>();
  readonly #discarded = new Set<string>();
  /** The how manieth of its generation a worker was, and of which. */
  readonly #booted = new Map<number, number>();
  readonly #generations = new Map<number, number>();
  #timers: Armed[] = [];
  #queue: Happening[] = [];
  #running = false;
  #at = 0;
  #building = false;
  #versions = 0;
  #files = 0;
  #begun = false;
  #late = false;

  constructor(settings: Settings) {
    this.settings = settings;
    this.state = initial(settings);
    this.#send({ type: 'started' });
  }

  get now(): number {
    return this.#at;
  }

  save(kind: Kind, always = false): void {
    this.#versions += 1;
    this.disk = { hash: `v${this.#versions}`, kind };
    this.#send({ type: 'changed', paths: ['/src/app.ts'], always });
  }

  /** The same content again. */
  touch(always: boolean): void {
    this.#send({ type: 'changed', paths: ['/src/app.ts'], always });
  }

  renew(): void {
    this.#send({ type: 'standby-stale' });
  }

  stop(force: boolean): void {
    this.#send({ type: 'stop', force });
  }

  /** Everything that can happen next by itself, as actions in a fixed order. */
  next(): readonly (() => void)[] {
    const actions: (() => void)[] = [];
    if (this.#building) actions.push(() => this.#built());
    for (const process of this.processes.values()) {
      const { ending, hung } = process;
      if (ending === 'killed' || (ending === 'asked' && hung === 'no' && !process.halted))
        actions.push(() => this.exit(process.id, ending === 'killed' ? null : 0));
      if (ending === 'killed' || hung !== 'no' || process.halted) continue;
      if (process.phase === 'starting') {
        actions.push(() => {
          process.phase = 'standby';
          this.#send({ type: 'worker-standby', worker: process.id });
        });
      }
      if (process.phase === 'app') actions.push(...this.#appActions(process));
      if (process.phase === 'holding' && process.wants.length > 0) {
        actions.push(() => {
          process.wants = [];
          this.#send({ type: 'worker-said-ready', worker: process.id });
        });
      }
      if (process.phase === 'failed' && process.ending === 'no') actions.push(() => this.exit(process.id, 1));
      if (process.cut === 'asked') {
        actions.push(() => {
          process.cut = 'confirmed';
          process.accepts = false;
          this.#send({ type: 'worker-cut', worker: process.id });
        });
      }
      if (process.probed) {
        actions.push(() => {
          process.probed = false;
          this.#send({ type: 'worker-probed', worker: process.id });
        });
      }
      if (process.cut === 'confirmed') {
        actions.push(() => {
          process.cut = 'relays';
          this.#send({ type: 'worker-relays', worker: process.id });
        });
      }
      if (process.cut === 'confirmed' || process.cut === 'relays') {
        actions.push(() => {
          process.cut = 'drained';
          this.#send({ type: 'worker-drained', worker: process.id });
        });
      }
    }
    return actions;
  }

  #appActions(process: Process): readonly (() => void)[] {
    const { id, kind, wants } = process;
    if (kind === 'throws' || (kind === 'flaky' && this.#booted.get(id) !== 0)) {
      return [
        () => {
          process.phase = 'failed';
          const error = { name: 'Error', message: 'no', code: null, text: 'Error: no', holder: null };
          this.#send({ type: 'worker-failed', worker: id, error });
        },
      ];
    }
    if (kind === 'exits') return [() => this.exit(id, 1)];
    const actions: (() => void)[] = [];
    if (process.held) {
      actions.push(() => {
        process.held = false;
        this.#send({ type: 'worker-holds', worker: id, held: false });
      });
    }
    const [key] = wants;
    if (key !== undefined) {
      actions.push(() => {
        wants.shift();
        process.fresh = false;
        this.#send({ type: 'worker-listening', worker: id, key });
      });
    }
    if (!process.evaluated) {
      actions.push(() => {
        process.evaluated = true;
        this.#send({ type: 'worker-evaluated', worker: id });
      });
    } else if (kind === 'script') actions.push(() => this.exit(id, 0));
    return actions;
  }

  #built(): void {
    this.#building = false;
    const { hash, kind } = this.disk;
    if (kind === 'unbuildable') return this.#send({ type: 'build-failed', errors: [] });
    this.#files += 1;
    const file = `/cache/${this.#files}`;
    this.#kinds.set(file, kind);
    this.#send({ type: 'built', bundle: { file, hash } });
  }

  /** The process ends, told or not. */
  exit(id: number, code: number | null): void {
    const process = this.processes.get(id);
    if (process === undefined) return;
    if (process.ending === 'no' && process.phase !== 'failed') this.crashed = true;
    this.processes.delete(id);
    this.#gone.add(id);
    this.#send({ type: 'worker-exited', worker: id, exit: { code, signal: code === null ? 'SIGKILL' : null } });
  }

  /** The process stands still, and hears nothing but a SIGKILL. */
  hang(id: number): void {
    const process = this.processes.get(id);
    if (process === undefined || process.hung !== 'no') return;
    process.hung = process.accepts ? 'serving' : 'yes';
    process.accepts = false;
    this.crashed = true;
  }

  /** A debugger stops it, or lets it go on. */
  halt(id: number): void {
    const process = this.processes.get(id);
    if (process === undefined || process.phase !== 'app') return;
    process.halted = !process.halted;
    this.#send({ type: process.halted ? 'worker-halted' : 'worker-continued', worker: id });
  }

  continueAll(): void {
    for (const { id, halted } of this.processes.values()) if (halted) this.halt(id);
  }

  /** It is no longer what a start would be, or its bundle will not do. Nothing of the app has run, or been seen. */
  refuse(id: number, type: 'worker-stale' | 'worker-unfit'): void {
    const process = this.processes.get(id);
    if (process === undefined || process.hung !== 'no' || process.halted || process.ending !== 'no') return;
    const fresh = process.phase === 'app' && !process.evaluated && !process.accepts && process.fresh;
    if (!fresh && !(process.phase === 'standby' && type === 'worker-stale')) return;
    process.phase = 'over';
    this.#send({ type, worker: id });
  }

  pause(): void {
    this.#send({ type: 'pause' });
  }

  resume(): void {
    this.#send({ type: 'resume' });
  }

  endDraining(): void {
    this.#send({ type: 'end-draining' });
  }

  /** Who has clients that nobody answers: zdr cannot know what an app that serves is doing. */
  get stuck(): number {
    return [...this.processes.values()].filter(({ hung }) => hung === 'serving').length;
  }

  /** The next timer, and the clock with it. False: there is none before `until`. */
  tick(until = Number.POSITIVE_INFINITY): boolean {
    this.#timers.sort((one, other) => one.at - other.at);
    const [first] = this.#timers;
    if (first === undefined || first.at > until) return false;
    this.#timers.shift();
    this.#at = Math.max(this.#at, first.at);
    if (first.timer.tag === 'cut' || first.timer.tag === 'stuck') this.#late = true;
    this.#send({ type: 'time', timer: first.timer });
    this.#late = false;
    return true;
  }

  /** Lets everything happen that happens by itself, for this long (ms of the world). */
  settle(ms: number): void {
    const end = this.#at + ms;
    for (let n = 0; n < 5_000; n += 1) {
      const [action] = this.next();
      if (action !== undefined) action();
      else if (!this.tick(end)) return;
    }
    assert.fail('the world never comes to rest');
  }

  /** Who accepts connections. */
  get accepting(): readonly Process[] {
    return [...this.processes.values()].filter(({ accepts }) => accepts);
  }

  #send(happening: Happening): void {
    this.#queue.push(happening);
    if (this.#running) return;
    this.#running = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      this.#at += 1;
      const [state, effects] = step(this.state, { ...next, at: this.#at });
      this.state = state;
      this.#timers = this.#timers.filter(({ timer }) => !isPointless(state, timer));
      for (const effect of effects) this.#carryOut(effect);
      this.#check();
    }
    this.#running = false;
  }

  #carryOut(effect: Effect): void {
    if ('worker' in effect && effect.type !== 'fork') {
      assert.ok(!this.#gone.has(effect.worker), `${effect.type} for a worker that is gone`);
    }
    switch (effect.type) {
      case 'build':
        assert.equal(this.#building, false, 'one build at a time');
        this.#building = true;
        return;
      case 'discard':
        for (const { file, ending } of this.processes.values())
          assert.ok(file !== effect.bundle.file || ending !== 'no', 'a bundle is discarded that a worker runs');
        this.#discarded.add(effect.bundle.file);
        return;
      case 'fork':
        assert.ok(!this.processes.has(effect.worker) && !this.#gone.has(effect.worker), 'ids are never used twice');
        this.processes.set(effect.worker, {
          id: effect.worker,
          phase: 'starting',
          generation: null,
          kind: 'good',
          file: null,
          wants: [],
          evaluated: false,
          fresh: true,
          accepts: false,
          held: false,
          halted: false,
          probed: false,
          cut: 'no',
          ending: 'no',
          hung: 'no',
        });
        return;
      case 'load': {
        const process = this.#process(effect.worker);
        assert.equal(process.phase, 'standby', 'only a standby gets an app');
        assert.ok(!this.#discarded.has(effect.bundle.file), 'a bundle is loaded that was discarded');
        const { generation } = effect;
        const own = this.#bundles.get(generation) ?? effect.bundle.file;
        assert.equal(effect.bundle.file, own, 'all processes of a generation get its own bundle');
        this.#bundles.set(generation, own);
        const kind = this.#kinds.get(effect.bundle.file)!;
        const before = [...this.#booted.keys()].filter((id) => this.#generations.get(id) === generation).length;
        this.#booted.set(effect.worker, before);
        this.#generations.set(effect.worker, generation);
        const wants = kind === 'silent' || kind === 'script' ? [] : kind === 'two' ? ['a', 'b'] : ['a'];
        Object.assign(process, { phase: 'app', generation, kind, file: effect.bundle.file, wants });
        if (process.hung !== 'no') return;
        this.#send({ type: 'worker-begun', worker: effect.worker });
        if (kind === 'slow') {
          process.held = true;
          this.#send({ type: 'worker-holds', worker: effect.worker, held: true });
        }
        return;
      }
      case 'hold-out': {
        const process = this.#process(effect.worker);
        assert.equal(process.phase, 'standby', 'only a standby can stand in');
        Object.assign(process, { phase: 'holding', wants: ['all'] });
        return;
      }
      case 'go': {
        const process = this.#process(effect.worker);
        if (process.hung === 'no') process.accepts = true;
        else process.hung = 'serving';
        return;
      }
      case 'cut': {
        const process = this.#process(effect.worker);
        assert.equal(process.cut, 'no', 'a worker is cut once');
        process.cut = 'asked';
        return;
      }
      case 'terminate':
        this.#process(effect.worker).ending = 'asked';
        return;
      case 'kill':
        // It accepts nothing from here on that anybody could read an answer to.
        Object.assign(this.#process(effect.worker), { ending: 'killed', accepts: false });
        return;
      case 'timer':
        this.#timers.push({ at: this.#at + effect.ms, timer: effect.timer });
        return;
      case 'exit':
        assert.equal(this.processes.size, 0, 'zdr ends after its workers');
        this.exitCode = effect.code;
        return;
      case 'report':
        return this.#reported(effect);
      case 'route':
      case 'end':
      case 'list':
        return;
      case 'probe':
        this.#process(effect.worker).probed = true;
    }
  }

  #reported({ event }: Extract<Effect, { type: 'report' }>): void {
    if (event.type !== 'live') return;
    this.#begun = true;
    if (this.#late) return;
    // What stands at a breakpoint accepts nothing.
    for (const { id, generation, halted } of this.accepting)
      assert.ok(
        halted || generation === null || generation >= event.generation,
        `stale: worker ${id} of #${generation}`,
      );
  }

  #check(): void {
    const now = this.state.generations.filter(({ tag }) => tag === 'live' || tag === 'down' || tag === 'done');
    assert.ok(now.length <= 1, `two generations at once: ${JSON.stringify(now)}`);
    const ids = this.state.generations.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length, 'a generation is there once');
    for (const { id } of this.state.workers) assert.ok(!this.#gone.has(id), 'the state has a worker that is gone');
    for (const id of this.processes.keys())
      assert.ok(
        this.state.workers.some((worker) => worker.id === id) || this.exitCode !== null,
        'a worker is forgotten',
      );
    const { mode, workers } = this.settings;
    if (mode === 'dev' || !this.#begun || this.crashed || this.state.phase.tag !== 'running') return;
    if (this.state.generations.some(({ tag }) => tag === 'live'))
      assert.ok(this.accepting.length >= workers, `only ${this.accepting.length} of ${workers} serve`);
  }

  #process(id: number): Process {
    const process = this.processes.get(id);
    assert.ok(process !== undefined, `worker ${id} was never forked`);
    return process;
  }
}
