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
  // V8 tidies up some 8 s after the last work.
  await wait(15_000);
  const pids = running.processes().map(({ pid }) => pid);
  const before = pids.map(spent);
  await wait(ms);
  const after = pids.map(spent);
  const used = after.map((time, index) => (time === null ? 0 : time - (before[index] ?? 0)));
  return {
    processes: pids.length,
    pss: memory(running),
    cpu: before.every((time) => time === null) ? null : used.reduce((sum, time) => sum + time, 0) / ms,
  };
}

/** Of all processes of a tool, MB. */
export function memory(running: Running): number | null {
  const held = running.processes().flatMap(({ pid }) => heldBy(pid) ?? []);
  return held.length === 0 ? null : held.reduce((sum, { pss }) => sum + pss, 0);
}

/**
 * Processor time of a process' threads so far, ms, to the nanosecond: what the kernel adds up for the process itself comes
 * in hundredths of a second, two of which in 5 s are 0.4 %.
 */
function spent(pid: number): number | null {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.reduce((sum, thread) => sum + spentBy(`/proc/${pid}/task/${thread}/schedstat`), 0) / 1e6;
  } catch {
    return null;
  }
}

function spentBy(file: string): number {
  return Number(readFileSync(file, 'latin1').split(' ')[0]);
}
