import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { within } from '../support/deadline.js';
import { grown, median, sample, type Sample, SERIES } from './growth.js';
import type { Verdict } from './journal.js';
import { mix } from './mix.js';
import type { Inside } from './probe.js';
import { fresh, kept, slow } from './profiles/plain.js';
import { openStage, type Stage } from './stage.js';

export type Point = Sample & Inside;

export interface Endless {
  readonly points: readonly Point[];
  /** Median from save to live over the first and the last 100 rollovers, in ms. */
  readonly first: number;
  readonly last: number;
  readonly verdicts: readonly Verdict[];
  readonly failed: readonly string[];
}

const POINTS = 10;
const PART = 100;

/** So much slower the last rollovers may be: the machine has other work. */
const SLOWER = 1.5;

/** What may be more at the end than after the first tenth. MB of heap, and counts. */
const MORE = { heap: 8, timers: 2, active: 6 } as const;

const clients = [
  fresh(2),
  kept('kept, 5 ms', 3, 4, 6),
  kept('kept, 200 ms', 32, 150, 250),
  slow(4),
  kept('TLS kept, 200 ms', 4, 150, 250, 'secure'),
];

/** So many rollovers, with clients that never pause; at each tenth everything that zdr holds is counted. */
export async function endless(rollovers: number): Promise<Endless> {
  const folder = mkdtempSync(join(tmpdir(), 'zdr-probe-'));
  const place = join(folder, 'socket');
  const probe = fileURLToPath(new URL('probe.js', import.meta.url));
  const stage = await openStage({
    env: { ZDR_TEST_PROBE: place },
    nodeArgs: ['--expose-gc', '--import', probe],
  });
  const points: Point[] = [];
  const times: number[] = [];
  const verdicts: Verdict[] = [];
  const wrong: string[] = [];
  const point = async (after: number): Promise<void> => {
    points.push({ ...(await sample(stage, after)), ...(await lookInside(place)) });
    console.log(JSON.stringify(points.at(-1)));
  };
  try {
    for (let n = 0; n < SERIES; n += 1) await stage.roll();
    await point(0);
    const every = Math.ceil(rollovers / POINTS);
    for (let n = 0; n < rollovers; n += every) {
      // A part of the run at a time, so that clients are judged by the versions of their time.
      const part = await mix(stage, clients, async () => {
        for (let each = n; each < Math.min(n + every, rollovers); each += 1) times.push(await timed(stage));
      });
      verdicts.push(...part);
      await point(Math.min(n + every, rollovers));
    }
  } catch (error) {
    throw new Error(`${String(error)}\n${stage.zdr.story().slice(-4000)}`, { cause: error });
  } finally {
    wrong.push(...(await stage.close()));
    rmSync(folder, { recursive: true });
  }
  const first = median(times.slice(0, PART));
  const last = median(times.slice(-PART));
  return { points, first, last, verdicts: summed(verdicts), failed: [...wrong, ...judge(points, first, last)] };
}

async function timed(stage: Stage): Promise<number> {
  const saved = performance.now();
  await stage.roll();
  return stage.lives.at(-1)!.at - saved;
}

async function lookInside(place: string): Promise<Inside> {
  return JSON.parse(await within('what the primary holds', text(createConnection(place))));
}

/** Each kind of client once. */
function summed(verdicts: readonly Verdict[]): readonly Verdict[] {
  const names = new Set(verdicts.map(({ name }) => name));
  return [...names].map((name) => {
    const all = verdicts.filter((verdict) => verdict.name === name);
    const sum = (of: (verdict: Verdict) => number): number => all.reduce((total, each) => total + of(each), 0);
    return {
      name,
      requests: sum(({ requests }) => requests),
      failed: all.flatMap(({ failed }) => failed),
      stale: all.flatMap(({ stale }) => stale),
      races: sum(({ races }) => races),
      pipelined: sum(({ pipelined }) => pipelined),
      reconnects: sum(({ reconnects }) => reconnects),
      times: all.flatMap(({ times }) => times).sort((one, other) => one - other),
    };
  });
}

/** Against the state after the first tenth: until then V8 and esbuild take what they want to keep. */
function judge(points: readonly Point[], first: number, last: number): readonly string[] {
  const [, early] = points;
  const end = points.at(-1);
  if (early === undefined || end === undefined || early === end) return ['too few points'];
  const more = Object.entries(MORE).flatMap(([name, limit]) => {
    const by = end[name as keyof typeof MORE] - early[name as keyof typeof MORE];
    return by > limit ? [`${name}: ${by.toFixed(1)} more`] : [];
  });
  const slower = last > first * SLOWER ? [`the last ${PART} took ${last} ms, the first ${first} ms`] : [];
  return [...grown(early, end), ...more, ...slower];
}
