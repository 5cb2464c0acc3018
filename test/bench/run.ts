import { setTimeout as wait } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AppName, openApp } from './apps/app.js';
import { laneOf } from './lane.js';
import { measureAcross } from './measures/across.js';
import { measureBroken } from './measures/broken.js';
import { type Burst, measureBurst } from './measures/burst.js';
import { type Growth, measureGrowth } from './measures/growth.js';
import { measureKept } from './measures/kept.js';
import { measureRest } from './measures/rest.js';
import { measureSaves, type Save } from './measures/saves.js';
import { hasWrk, throughput } from './measures/throughput.js';
import { measureTimers } from './measures/timers.js';
import type { Measured, Starts, Throughput, ToolResult } from './results.js';
import type { Running } from './running.js';
import type { Scale } from './scale.js';
import type { Tool } from './tool.js';
import { plainNode } from './tools/plain-node.js';
import { inFolder, withTool } from './with-tool.js';

/** Between two bursts, in ms: whatever was made ready ahead is again. */
const BETWEEN = 1_500;

/** How long a tool runs the first time in a folder, in ms: it may keep something for the next time. */
const SETTLE = 2_500;

/** Starts of an app, of all tools in turn: what the machine does meanwhile it does to all of them. */
export async function startInTurn(tools: readonly Tool[], name: AppName, scale: Scale): Promise<Map<Tool, Starts>> {
  const { folders = 0, again = 0 } = scale.starts[name] ?? {};
  const all = new Map(tools.map((tool): [Tool, Mutable] => [tool, { first: [], again: [] }]));
  for (let folder = 0; folder < folders; folder += 1)
    for (const [tool, starts] of all) {
      const app = await openApp(name);
      try {
        for (let time = 0; time <= again; time += 1) {
          const start = await inFolder(tool, app, async (started) => {
            if (time === 0) await wait(SETTLE);
            return started.start;
          });
          if (typeof start === 'number') starts[time === 0 ? 'first' : 'again'].push(start);
        }
      } finally {
        await app.close();
      }
    }
  return all;
}

interface Mutable {
  readonly first: number[];
  readonly again: number[];
}

async function burstsOf(running: Running, first: number, { saves, times }: Scale['burst']): Promise<Burst[]> {
  const bursts: Burst[] = [];
  for (let time = 0; time < times; time += 1) {
    if (time > 0) await wait(BETWEEN);
    bursts.push(await measureBurst(running, first + time * saves, saves, 30));
  }
  return bursts;
}

/**
 * Start and saves of one app, which was started `before` as well; with the picture's lane and what costs nothing more to
 * see on the way.
 */
export async function runApp(
  tool: Tool,
  result: ToolResult,
  name: AppName,
  scale: Scale,
  before: Starts | undefined,
): Promise<void> {
  result.apps[name] = await withTool(tool, name, async ({ running, start }) => {
    const [early] = await measureSaves(running, { ...scale.saves, edits: 1 });
    await wait(scale.calm);
    const saves = await measureSaves(running, { ...scale.saves, first: 3 });
    const next = saves.length + 3;
    if (name === 'http') result.bursts = await burstsOf(running, next, scale.burst);
    if (name === 'express') {
      const lane = laneOf(await measureSaves(running, { ...scale.portraits, first: next }));
      if (lane !== null) result.lane = lane;
      result.rest = await measureRest(running, scale.rest);
    }
    const starts = { first: [...(before?.first ?? []), start], again: before?.again ?? [] };
    return { starts, early: withoutMarks(early!), saves: saves.map(withoutMarks) };
  });
}

function withoutMarks({ marks: _marks, ...save }: Save): Omit<Save, 'marks'> {
  return save;
}

/** What clients see beside single requests, and what is left behind. */
export const extras: Readonly<Record<string, (tool: Tool, result: ToolResult, scale: Scale) => Promise<void>>> = {
  kept: async (tool, result, scale) => {
    result.kept = await withTool(tool, 'http', ({ running }) => measureKept(running, scale.kept));
  },
  across: async (tool, result) => {
    result.across = await withTool(tool, 'live', ({ running }) => measureAcross(running, tool.noWebSocket ?? null));
  },
  broken: async (tool, result, scale) => {
    for (const fault of ['syntax', 'boot'] as const) {
      result[fault] = await withTool(tool, 'http', ({ running }) => measureBroken(running, fault, scale.broken));
    }
  },
  timers: async (tool, result, scale) => {
    const ticks = join(tmpdir(), `zdr-bench-ticks-${randomUUID()}`);
    const { timers } = scale;
    result.timers = await withTool(tool, 'live', ({ running }) => measureTimers(running, ticks, timers), {
      TICKS: ticks,
    });
    await rm(ticks, { force: true });
  },
};

/** Memory over many edits. */
export function runGrowth(tool: Tool, edits: number): Promise<Measured<Growth>> {
  return withTool(tool, 'http', ({ running }) => measureGrowth(running, edits));
}

/** Steady throughput of the app under a tool and under plain node, in turn. */
export async function runThroughput(tool: Tool, scale: Scale): Promise<Measured<Throughput>> {
  if (!hasWrk()) return { none: 'wrk is not installed' };
  const { processes, rounds, seconds } = scale.throughput;
  const plain: number[] = [];
  const own: number[] = [];
  for (let nth = 0; nth < processes; nth++) {
    const outcome = await withTool(plainNode, 'http', (node) =>
      withTool(tool, 'http', async (zdr) => {
        await wait(scale.calm);
        await throughput(node.running, 1);
        await throughput(zdr.running, 1);
        for (let round = 0; round < rounds; round++) {
          plain.push(await throughput(node.running, seconds));
          own.push(await throughput(zdr.running, seconds));
        }
        return null;
      }),
    );
    if (outcome !== null) return outcome;
  }
  return { zdr: own, node: plain };
}
