import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../../support/deadline.js';
import { startProbe } from '../probe.js';
import type { Running } from '../running.js';

/** What clients see of a save that cannot run. */
export interface Broken {
  readonly requests: number;
  readonly failed: number;
  /** Whether the last request before the good save failed. */
  readonly down: boolean;
  /** From the good save behind it to the first answer of that, ms; null when there was none in time. */
  readonly back: number | null;
}

/** Time between two requests, ms. */
const EVERY = 10;
/** A good save that is not live by then is not, ms. */
export const LATE = 10_000;

/** Saves a fault, looks for `ms` at what clients get, and saves good code. */
export async function measureBroken(running: Running, fault: 'syntax' | 'boot', ms: number): Promise<Broken> {
  const probe = startProbe(running.app.port, EVERY);
  await wait(300);
  const from = performance.now();
  running.app.spoil(fault, 2);
  await wait(ms);
  const at = performance.now();
  running.app.save(3);
  const back = await until('good code', () => probe.marks.find(({ version }) => version === 3), LATE).catch(() => null);
  await probe.stop();
  const marks = probe.marks.filter((mark) => mark.at >= from && mark.at < at);
  const [last] = [...marks].sort((a, b) => b.at - a.at);
  return {
    requests: marks.length,
    failed: marks.filter(({ version }) => version === null).length,
    down: last?.version === null,
    back: back === null ? null : back.endedAt - at,
  };
}
