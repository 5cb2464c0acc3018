import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { heldBy } from '../../torture/costs.js';
import type { Running } from '../running.js';

/** What a tool and the app take when nobody does anything. Null where the system does not tell. */
export interface Rest {
  readonly processes: number;
  /** Memory, each shared page split among those that share it, MB. */
  readonly pss: number | null;
  /** Of one core. */
  readonly cpu: number | null;
}

export async function measureRest(running: Running, ms: number): Promise<Rest> {
  // V8 tidies up some 15 s after the last work.
  await wait(30_000);
  const pids = running.processes().map(({ pid }) => pid);
  const before = threadsOf(pids);
  await wait(ms);
  // One that ends meanwhile is left out, not taken off what the others did.
  const used = [...threadsOf(pids)].map(([thread, time]) => time - (before.get(thread) ?? 0));
  return {
    processes: pids.length,
    pss: memory(running),
    cpu: before.size === 0 ? null : used.reduce((sum, time) => sum + time, 0) / ms,
  };
}

/** Of all processes of a tool, MB. */
export function memory(running: Running): number | null {
  const held = running.processes().flatMap(({ pid }) => heldBy(pid) ?? []);
  return held.length === 0 ? null : held.reduce((sum, { pss }) => sum + pss, 0);
}

/**
 * Processor time of each thread so far, ms, to the nanosecond: what the kernel adds up for a process itself comes in
 * hundredths of a second, two of which in 5 s are 0.4 %.
 */
function threadsOf(pids: readonly number[]): ReadonlyMap<string, number> {
  return new Map(
    pids.flatMap((pid) => {
      try {
        return readdirSync(`/proc/${pid}/task`).map((thread) => {
          const file = `/proc/${pid}/task/${thread}/schedstat`;
          return [file, Number(readFileSync(file, 'latin1').split(' ')[0]) / 1e6] as const;
        });
      } catch {
        // Gone meanwhile, or another system.
        return [];
      }
    }),
  );
}
