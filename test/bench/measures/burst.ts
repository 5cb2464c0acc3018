import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../../support/deadline.js';
import { startProbe } from '../probe.js';
import type { Running } from '../running.js';

/** Saves behind one another, faster than most tools reload. */
export interface Burst {
  readonly saves: number;
  /** From the last save to its first answer, ms; null when there was none in time. */
  readonly live: number | null;
  readonly requests: number;
  readonly failed: number;
}

const LATE = 15_000;

/** Saves `saves` versions from `first` on, `apart` ms between them. */
export async function measureBurst(running: Running, first: number, saves: number, apart: number): Promise<Burst> {
  const probe = startProbe(running.app.port);
  let at = 0;
  const last = first + saves - 1;
  for (let version = first; version <= last; version++) {
    await wait(apart);
    at = performance.now();
    running.app.save(version);
  }
  const seen = await until('the last save', () => probe.marks.find(({ version }) => version === last), LATE).catch(
    () => null,
  );
  await wait(300);
  await probe.stop();
  return {
    saves,
    live: seen === null ? null : seen.endedAt - at,
    requests: probe.marks.length,
    failed: probe.marks.filter(({ version }) => version === null).length,
  };
}
