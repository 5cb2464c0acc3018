import { readdirSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { type Stage } from './stage.js';
import { quantile } from './journal.js';
import { Wire } from './wire.js';

/** What a process holds. Memory in MB. */
export interface Held {
  readonly files: number;
  readonly rss: number;
  readonly pss: number;
}

/** Of this machine's /proc; null elsewhere. */
export function heldBy(pid: number): Held | null {
  try {
    const sums = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const of = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(sums)?.[1] ?? 0) / 1024;
    return { files: readdirSync(`/proc/${pid}/fd`).length, rss: of('Rss'), pss: of('Pss') };
  } catch {
    return null;
  }
}

export interface Burst {
  /** Median and worst over several bursts: from the first request to the last answer, ms. */
  readonly calm: number;
  readonly moved: number;
  readonly worst: number;
  /** Times of single requests, sorted. */
  readonly calmTimes: readonly number[];
  readonly movedTimes: readonly number[];
  readonly failed: readonly string[];
}

/** All of `count` open connections ask at once: with nothing else going on, and in the instant of a handover. */
export async function burst(stage: Stage, count: number): Promise<Burst> {
  const failed: string[] = [];
  const wires: Wire[] = [];
  for (let n = 0; n < count; n++) wires.push(await Wire.open(stage.where.plain));
  const ask = async (): Promise<{ readonly all: number; readonly times: readonly number[] }> => {
    const start = performance.now();
    const times = await Promise.all(
      wires.map(async (wire) => {
        const outcome = await wire.send();
        if (outcome.tag === 'answered') return outcome.endedAt - outcome.sent.at;
        failed.push(outcome.why);
        return 0;
      }),
    );
    return { all: performance.now() - start, times };
  };
  const rounds = async (
    before: () => Promise<void>,
  ): Promise<{ readonly alls: number[]; readonly times: number[] }> => {
    const alls: number[] = [];
    const times: number[] = [];
    for (let n = 0; n < 5; n++) {
      await before();
      const round = await ask();
      alls.push(round.all);
      times.push(...round.times);
    }
    return { alls: alls.sort((a, b) => a - b), times: times.sort((a, b) => a - b) };
  };
  await ask();
  const calm = await rounds(async () => void (await wait(300)));
  const moved = await rounds(() => wait(700).then(() => stage.roll()));
  for (const wire of wires) wire.close();
  return {
    calm: quantile(calm.alls, 0.5),
    moved: quantile(moved.alls, 0.5),
    worst: moved.alls.at(-1) ?? 0,
    calmTimes: calm.times,
    movedTimes: moved.times,
    failed,
  };
}
