// npm run bench [-- --help]: zdr beside the tools that it is compared with.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { join } from 'node:path';
import { removeApps } from './apps/app.js';
import { thisMachine } from './machine.js';
import { type Options, readOptions, usage } from './options.js';
import { bench } from './place.js';
import { progress } from './report/progress.js';
import { markdown } from './report/markdown.js';
import { write } from './report/write.js';
import { isNone, type Measured, type Results, type ToolResult } from './results.js';
import { extras, runApp, runGrowth, runThroughput } from './run.js';
import { killAll } from './running.js';
import type { Tool } from './tool.js';

const results = join(bench, 'results');

// However the bench ends, by a signal too, so does all that it started.
process.once('exit', () => {
  killAll();
  removeApps();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

async function measure(options: Options): Promise<Results> {
  const { scale, apps } = options;
  const pairs = options.tools.map((tool) => ({ tool, result: resultOf(tool) }));
  const all: Results = {
    date: new Date().toISOString(),
    quick: options.quick,
    machine: thisMachine(),
    tools: pairs.map(({ result }) => result),
  };
  const present = pairs.filter(({ result }) => !isNone(result.version));
  const began = performance.now();
  for (const name of apps) {
    for (const { tool, result } of present) {
      await runApp(tool, result, name, scale);
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
    if (scale.throughput.rounds > 0) all.throughput = await runThroughput(zdr, scale);
    if (scale.growth > 0) all.growth = await runGrowth(zdr, scale.growth);
  }
  all.took = Math.round((performance.now() - began) / 1000);
  return all;
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

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), results);
  if (options.help) return console.log(usage);
  if (options.draw !== null) {
    return write(JSON.parse(readFileSync(options.draw, 'utf8')) as Results, options.out ?? results);
  }
  const deadline = setTimeout(() => {
    console.error(`not done after ${options.scale.deadline / 60_000} minutes`);
    process.exit(1);
  }, options.scale.deadline).unref();
  const measured = await measure(options);
  clearTimeout(deadline);
  console.log(markdown(measured));
  if (options.out !== null) write(measured, options.out);
}

await main();
