import { memoryOf } from '../primary/memory.js';
import type { Status, WorkerStatus } from '../status.js';
import type { Parts } from './parts.js';

/** What the instance does now. Takes as long as its slowest worker, and at most half a second. */
export async function statusOf(parts: Parts, started: number): Promise<Status> {
  const { options, rollover, workers, sockets, history, usages } = parts;
  const { workers: all, generations, pause } = rollover.state();
  const booted = all.filter(({ tag }) => tag !== 'spawned' && tag !== 'killed');
  const pids = new Map(all.map(({ id }) => [id, workers.pid(id)]));
  const [usage, memories] = await Promise.all([
    usages.ask(booted.map(({ id }) => id)),
    Promise.all([...pids].map(async ([id, pid]) => [id, pid === null ? null : await memoryOf(pid)] as const)),
  ]);
  const memory = new Map(memories);
  // Who has ended meanwhile is not one that does not answer.
  const still = new Set(rollover.state().workers.map(({ id }) => id));
  const describe = ({ id, tag }: { readonly id: number; readonly tag: string }): WorkerStatus => {
    const said = usage.get(id) ?? null;
    const own = said === null ? null : { rss: said.rss, pss: null };
    return { pid: pids.get(id) ?? null, state: tag, memory: memory.get(id) ?? own, usage: said };
  };
  const ofGeneration = (generation: number | null) =>
    all
      .filter((worker) => still.has(worker.id) && (worker.tag === 'standby' ? null : worker.generation) === generation)
      .map(describe);
  const whole = parts.source.whyWhole();
  return {
    pid: process.pid,
    entry: options.entry,
    cwd: options.cwd,
    uptime: performance.now() - started,
    addresses: sockets.addresses(),
    watching:
      options.watching === null
        ? { tag: 'off' }
        : pause.tag === 'paused'
          ? { tag: 'paused', saved: pause.changes?.paths.length ?? 0 }
          : { tag: 'on' },
    ahead: parts.ahead === null ? 'off' : parts.ahead.atRest() ? 'at rest' : 'busy',
    generations: generations.map(({ id, tag }) => ({
      id,
      state: tag,
      age: history.ageOf(id),
      workers: ofGeneration(id),
    })),
    standbys: ofGeneration(null),
    builds: history.builds(),
    fallbacks: [
      ...[...parts.fallbacks].flatMap(([worker, names]) =>
        names.map((name) => ({ name, worker: workers.pid(worker) })),
      ),
      ...(whole === null ? [] : [{ name: `each save builds all modules: ${whole}`, worker: null }]),
    ],
  };
}
