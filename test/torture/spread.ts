import { fork } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import type { Where } from '../support/where.js';
import { many } from './client.js';
import { openStage } from './stage.js';
import { Wire } from './wire.js';

const WORKERS = 4;

/** How many answers (or connections) each process had: the busiest one's part, where 1 is its fair share. */
export interface Spread {
  readonly way: string;
  readonly alone: number;
  readonly fresh: number;
  readonly kept: number;
  readonly opened: number;
  readonly failed: number;
}

type Counts = Map<string, number>;

function busiest(counts: Counts): number {
  const all = [...counts.values()];
  return (Math.max(...all) / all.reduce((sum, count) => sum + count, 0)) * WORKERS;
}

/** zdr with four workers beside node:cluster with four and its round-robin. */
export async function spread(ms: number): Promise<readonly Spread[]> {
  const stage = await openStage({ args: ['-w', String(WORKERS)] });
  const results: Spread[] = [];
  try {
    results.push(await measure('zdr -w 4', stage.where.plain, ms));
    await stage.roll();
    results.push(await measure('zdr -w 4, rolled over', stage.where.plain, ms, () => stage.roll()));
  } finally {
    await stage.close();
  }
  const cluster = fork(fileURLToPath(new URL('cluster.js', import.meta.url)), [String(WORKERS)]);
  try {
    const [port] = (await once(cluster, 'message')) as [number];
    results.push(await measure('node:cluster', { host: '127.0.0.1', port }, ms));
  } finally {
    cluster.kill();
  }
  return results;
}

/**
 * `alone`: answers, each on a connection of its own, one after the other. `fresh`: the same, by 16 clients at once.
 * `opened`: 200 connections opened at once. `kept`: answers on those, behind `between`.
 */
async function measure(way: string, where: Where, ms: number, between?: () => Promise<void>): Promise<Spread> {
  const [alone, fresh, kept, opened]: [Counts, Counts, Counts, Counts] = [new Map(), new Map(), new Map(), new Map()];
  let failed = 0;
  const ask = async (wire: Wire, counts: Counts): Promise<void> => {
    const outcome = await wire.send();
    if (outcome.tag === 'failed') return void failed++;
    const pid = String(JSON.parse(outcome.reply.start.toString()).pid);
    counts.set(pid, (counts.get(pid) ?? 0) + 1);
  };
  const single = async (counts: Counts): Promise<void> => {
    const wire = await Wire.open(where);
    await ask(wire, counts);
    wire.close();
    await wait(2);
  };
  for (let n = 0; n < 200; n++) await single(alone);
  const end = performance.now() + ms;
  await many(16, async () => {
    while (performance.now() < end) await single(fresh);
  });
  const wires = await Promise.all(Array.from({ length: 200 }, () => Wire.open(where)));
  await Promise.all(wires.map((wire) => ask(wire, opened)));
  await between?.();
  for (let n = 0; n < 5; n++) {
    await Promise.all(wires.map((wire) => ask(wire, kept)));
    await wait(20);
  }
  for (const wire of wires) wire.close();
  return { way, alone: busiest(alone), fresh: busiest(fresh), opened: busiest(opened), kept: busiest(kept), failed };
}
