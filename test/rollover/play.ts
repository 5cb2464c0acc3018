import type { Effect } from '../../dist/rollover/effects.js';
import type { Happening } from '../../dist/rollover/events.js';
import type { Settings, State } from '../../dist/rollover/state.js';
import { initial, step } from '../../dist/rollover/step.js';

export const settings: Settings = { mode: 'dev', readiness: 'listening', workers: 1, boot: 10_000, drain: 600_000 };

/** A rollover that is fed by hand. Time goes on by 10 ms an event, and by 1 s to a save. */
export class Play {
  state: State;
  effects: Effect[] = [];
  #at = 0;

  constructor(given: Partial<Settings> = {}) {
    this.state = initial({ ...settings, ...given });
    this.send({ type: 'started' });
  }

  /** Gives what the last of the events led to. */
  send(...happenings: Happening[]): readonly Effect[] {
    for (const happening of happenings) {
      this.#at += happening.type === 'changed' ? 1_000 : 10;
      const [state, effects] = step(this.state, { ...happening, at: this.#at });
      this.state = state;
      // Each process has its time to be up.
      this.effects = effects.filter((effect) => effect.type !== 'timer' || effect.timer.tag !== 'up');
    }
    return this.effects;
  }

  /** Lets time go on without an event. */
  wait(ms: number): void {
    this.#at += ms;
  }

  built(name: string): readonly Effect[] {
    return this.send({ type: 'built', bundle: { file: `/cache/${name}.mjs`, hash: name } });
  }

  save(name: string, always = false): readonly Effect[] {
    this.send({ type: 'changed', paths: ['/src/app.ts'], always });
    return this.built(name);
  }

  /** The worker that this generation boots in, brought up to the point where it has the app. */
  boot(generation: number): number {
    const of = () =>
      this.state.workers.find(
        (worker) => worker.tag !== 'standby' && worker.tag !== 'killed' && worker.generation === generation,
      );
    const worker = of();
    if (worker === undefined) throw new Error(`generation ${generation} has no worker`);
    if (worker.tag === 'spawned') this.send({ type: 'worker-standby', worker: worker.id });
    return worker.id;
  }

  /** Boots it, and lets it listen. Gives its worker. */
  listen(generation: number, key = 'tcp::3000'): number {
    const worker = this.boot(generation);
    this.send({ type: 'worker-listening', worker, key });
    const [timer] = this.effects;
    if (timer?.type === 'timer' && timer.timer.tag === 'quiet') this.send({ type: 'time', timer: timer.timer });
    return worker;
  }

  tags(): string {
    return this.state.generations.map(({ id, tag }) => `${id} ${tag}`).join(', ');
  }

  kinds(): string {
    return this.effects.map((effect) => (effect.type === 'report' ? effect.event.type : effect.type)).join(' ');
  }
}

/** #1 live on a port, with its standby up. */
export function serving(given: Partial<Settings> = {}): { play: Play; first: number } {
  const play = new Play(given);
  play.built('a');
  const first = play.listen(1);
  play.send({ type: 'time', timer: { tag: 'refill' } });
  const standby = play.state.workers.find((worker) => worker.tag === 'spawned');
  if (standby !== undefined) play.send({ type: 'worker-standby', worker: standby.id });
  return { play, first };
}
