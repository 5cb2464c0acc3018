import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { until } from '../../support/deadline.js';
import { type Mark, startProbe } from '../probe.js';
import type { Running } from '../running.js';

/** One save and what the clients saw around it. */
export interface Save {
  readonly at: number;
  readonly version: number;
  /** From the save to the end of the first answer by the new code, ms; null when there was none in time. */
  readonly live: number | null;
  readonly failed: number;
  /** Sent after the first new answer, answered by older code. */
  readonly stale: number;
  readonly requests: number;
  /** Longest time in which no answer ended, ms. */
  readonly outage: number;
  readonly marks: readonly Mark[];
}

export interface SavesPlan {
  readonly edits: number;
  /** No further edit is begun after this time, ms. */
  readonly budget: number;
  /** What the first of them is called. */
  readonly first?: number;
  /** How long the clients are watched before a save, and after its first answer, ms. */
  readonly before: number;
  readonly after: number;
}

/** A save that is not live by then has failed, ms. */
const LATE = 15_000;

/** Saves one version after the other, each when the one before has been live for a while. */
export async function measureSaves(running: Running, plan: SavesPlan): Promise<readonly Save[]> {
  const probe = startProbe(running.app.port);
  const saves: Save[] = [];
  const end = performance.now() + plan.budget;
  const { first = 2 } = plan;
  try {
    for (let version = first; version < first + plan.edits && performance.now() < end; version++) {
      probe.clear();
      const from = performance.now();
      // An outage is measured from the answer before it.
      await wait(plan.before);
      const at = performance.now();
      running.app.save(version);
      await until(`version ${version}`, () => isLive(probe.marks, version), LATE).catch(() => null);
      await wait(plan.after);
      const to = performance.now();
      await probe.settled();
      saves.push(
        judge(
          at,
          version,
          probe.marks.filter((mark) => mark.at >= from && mark.at < to),
        ),
      );
    }
  } finally {
    await probe.stop();
  }
  return saves;
}

function isLive(marks: readonly Mark[], version: number): boolean {
  return marks.some((mark) => mark.version === version);
}

/** What the marks around a save mean. */
export function judge(at: number, version: number, marks: readonly Mark[]): Save {
  const news = marks.filter((mark) => mark.version === version).map((mark) => mark.endedAt);
  const first = news.length === 0 ? null : Math.min(...news);
  return {
    at,
    version,
    live: first === null ? null : first - at,
    failed: marks.filter((mark) => mark.version === null).length,
    stale: first === null ? 0 : marks.filter((mark) => isStale(mark, version, first)).length,
    requests: marks.length,
    outage: longestSilence(marks),
    marks,
  };
}

/** Whether older code answered what was sent after the first answer of `version`, at `first`. */
export function isStale(mark: Mark, version: number, first: number): boolean {
  return mark.version !== null && mark.version < version && mark.at > first;
}

function longestSilence(marks: readonly Mark[]): number {
  const ends = marks
    .filter((mark) => mark.version !== null)
    .map((mark) => mark.endedAt)
    .sort((a, b) => a - b);
  return ends.reduce((most, end, index) => Math.max(most, index === 0 ? 0 : end - ends[index - 1]!), 0);
}
