import { performance } from 'node:perf_hooks';
import { thisMachine } from './machine.js';
import type { Options } from './options.js';
import { progress } from './report/progress.js';
import { isNone, type Measured, type Results, type ToolResult } from './results.js';
import { extras, runApp, runGrowth, runThroughput, startInTurn } from './run.js';
import type { Tool } from './tool.js';

/** The results before anything was measured. */
export function nothingYet({ tools, quick }: Options): Results {
  return { date: new Date().toISOString(), quick, machine: thisMachine(), tools: tools.map(resultOf) };
}

/** Measures tool by tool, and fills `all` on the way. */
export async function measure(all: Results, { scale, apps, ...options }: Options): Promise<void> {
  const began = performance.now();
  const pairs = options.tools.map((tool, index) => ({ tool, result: all.tools[index]! }));
  const present = pairs.filter(({ result }) => !isNone(result.version));
  for (const name of apps) {
    const before = await startInTurn(
      present.map(({ tool }) => tool),
      name,
      scale,
    );
    for (const { tool, result } of present) {
      await runApp(tool, result, name, scale, before.get(tool));
      progress.app(result, name);
    }
  }
  for (const [name, extra] of Object.entries(extras).filter(([name]) => options.extras.includes(name))) {
    for (const { tool, result } of present) {
      await extra(tool, result, scale);
      progress.extra(result, name);
    }
  }
  const zdr = present.find(({ tool }) => tool.id === 'zdr')?.tool;
  if (zdr !== undefined && options.extras.includes('steady')) {
    all.throughput = await runThroughput(zdr, scale);
    all.growth = await runGrowth(zdr, scale.growth);
  }
  all.took = Math.round((performance.now() - began) / 1000);
}

function resultOf(tool: Tool): ToolResult {
  return { id: tool.id, name: tool.name, typed: tool.typed, version: versionOf(tool), apps: {} };
}

function versionOf(tool: Tool): Measured<string> {
  try {
    return tool.version();
  } catch (error) {
    return { none: error instanceof Error ? error.message : String(error) };
  }
}
