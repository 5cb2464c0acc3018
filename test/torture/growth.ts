import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../support/deadline.js';
import { heldBy } from './costs.js';
import { quantile } from './journal.js';
import type { Stage } from './stage.js';
import { Wire } from './wire.js';

/** What zdr holds at rest, `after` so many rollovers. Memory in MB, PSS where the system tells it. */
export interface Sample {
  readonly after: number;
  readonly processes: number;
  /** Open files of the primary. */
  readonly files: number;
  readonly rss: number;
  readonly pss: number;
  /** Of esbuild's service. */
  readonly esbuild: number;
  /** Files and folders that zdr keeps, and their size in MB. */
  readonly kept: number;
  readonly disk: number;
}

export interface Growth {
  readonly samples: readonly Sample[];
  /** Median from save to live over the first and over the last tenth of the rollovers, in ms. */
  readonly first: number;
  readonly last: number;
  /** What a client saw, and what has grown. */
  readonly failed: readonly string[];
}

/** Primary, reaper, esbuild's service, one worker, and two standbys: it is a series of saves. */
const AT_REST = 6;

/** So many saves are a series for zdr. */
export const SERIES = 3;

const CLIENTS = 20;
const SAMPLES = 5;

/** What may be opened or kept more than at first, and how much memory more, in MB. */
const FEW = 3;
const MORE = 40;

/** So many rollovers, one behind the other, with some kept connections that ask behind each. */
export async function grow(stage: Stage, rollovers: number): Promise<Growth> {
  const failed: string[] = [];
  const times: number[] = [];
  const wires = await Promise.all(Array.from({ length: CLIENTS }, () => Wire.open(stage.where.plain)));
  for (let n = 0; n < SERIES; n += 1) await stage.roll();
  const samples = [await sample(stage, 0)];
  for (let n = 1; n <= rollovers; n++) {
    const saved = performance.now();
    await stage.roll();
    times.push((stage.lives.at(-1)?.at ?? saved) - saved);
    for (const outcome of await Promise.all(wires.map((wire) => wire.send()))) {
      if (outcome.tag === 'failed') failed.push(outcome.why);
    }
    if (n % Math.ceil(rollovers / (SAMPLES - 1)) === 0 || n === rollovers) samples.push(await sample(stage, n));
  }
  for (const wire of wires) wire.close();
  const part = Math.ceil(rollovers / 10);
  return {
    samples,
    first: median(times.slice(0, part)),
    last: median(times.slice(-part)),
    failed: [...failed, ...grown(samples[0]!, samples.at(-1)!)],
  };
}

export function median(times: readonly number[]): number {
  return quantile(
    times.toSorted((one, other) => one - other),
    0.5,
  );
}

export function grown(first: Sample, last: Sample): readonly string[] {
  const limits = { processes: 0, files: FEW, kept: FEW, disk: 1, pss: MORE, rss: MORE, esbuild: MORE } as const;
  return Object.entries(limits).flatMap(([name, limit]) => {
    const more = last[name as keyof typeof limits] - first[name as keyof typeof limits];
    return more > limit ? [`${name}: ${more.toFixed(1)} more`] : [];
  });
}

const NOTHING = { files: 0, rss: 0, pss: 0 };

export async function sample(stage: Stage, after: number): Promise<Sample> {
  await until('the old generations end', () => stage.zdr.processes().length === AT_REST, 15_000);
  // Timers of workers that are gone, and what node frees behind them.
  await wait(200);
  const processes = stage.zdr.processes();
  const service = processes.find(({ command }) => command.includes('--service='));
  const primary = heldBy(stage.zdr.pid) ?? NOTHING;
  const files = readdirSync(stage.temp, { recursive: true, encoding: 'utf8' });
  const sizes = files.map((name) => statSync(join(stage.temp, name), { throwIfNoEntry: false })?.size ?? 0);
  return {
    after,
    processes: processes.length,
    ...primary,
    esbuild: (service === undefined ? null : heldBy(service.pid))?.pss ?? 0,
    kept: files.length,
    disk: sizes.reduce((sum, size) => sum + size, 0) / 1_048_576,
  };
}
